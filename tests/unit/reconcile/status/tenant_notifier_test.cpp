// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/tenant_notifier.hpp"

#include "support/log_capture.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using lines = std::vector<std::string>;

/// Keeps what would be written.
class fake_writer final : public runtime::event_writer {
 public:
    lines created;
    boost::asio::awaitable<kube::result<void>> create(runtime::event_write write) override {
        created.push_back(write.event.reason + " in " + kube::event_namespace(write.event.regarding));
        co_return kube::result<void>{};
    }
    boost::asio::awaitable<kube::result<void>> update_series(runtime::event_write write) override {
        created.push_back(write.event.reason + " again");
        co_return kube::result<void>{};
    }
};

struct fixture : build::cluster_fixture {
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    fake_writer server;
    runtime::event_recorder events{io.get_executor(), server, log, [] { return runtime::wall_time{}; }};
    reconcile::tenant_notifier notifier{io.get_executor(), state, events};

    void fail(const std::string& ns, const std::string& reason) {
        const runtime::object_key key{.namespace_name = ns, .name = "regcred"};
        state.results().failed(
            key, {.reason = reason, .message = "why", .since = {}, .credentials = {"hub"}}, {});
        notifier.add(key);
    }
    lines run() {
        boost::asio::co_spawn(io, notifier.run(), boost::asio::detached);
        boost::asio::co_spawn(io, events.run(), boost::asio::detached);
        io.poll();
        notifier.stop();
        events.stop();
        io.poll();
        return server.created;
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a failed copy makes an Event in its namespace") {
    fail("team-a", "Denied");
    CHECK(run() == lines{"Denied in team-a"});
}

TEST_CASE_FIXTURE(fixture, "a copy that is synced before its turn makes no Event") {
    fail("team-a", "Denied");
    state.results().synced({.namespace_name = "team-a", .name = "regcred"}, 1, {{.object = 2, .rules = 0}});
    CHECK(run().empty());
}

TEST_CASE_FIXTURE(fixture, "a copy that no RegistryCredential wants any more makes no Event") {
    fail("team-a", "Denied");
    state.results().forget({.namespace_name = "team-a", .name = "regcred"});
    CHECK(run().empty());
}

TEST_CASE_FIXTURE(fixture, "a failed copy in a system namespace makes no Event") {
    fail("kube-system", "Denied");
    CHECK(run().empty());
}

TEST_CASE_FIXTURE(fixture, "of many failed copies one makes an Event at once, and the others wait") {
    fail("team-a", "Denied");
    fail("team-b", "Denied");
    CHECK(run() == lines{"Denied in team-a"});
}
