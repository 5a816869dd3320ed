// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/guard_reader.hpp"

#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/co_spawn.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;
using wire::ok;

const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};

std::string list_of(const std::string& kind) {
    return ok({{"apiVersion", "v1"},
               {"kind", kind},
               {"metadata", {{"resourceVersion", "99"}}},
               {"items", kube::json::array()}});
}

/// Lists nothing, or refuses to list.
api_fixture::respond lists(bool refused) {
    return [refused](const std::string& request) {
        if (refused) return wire::refusal(500, "InternalError");
        return list_of(request.find("/registrycredentials") != std::string::npos
                           ? "RegistryCredentialList"
                           : "PartialObjectMetadataList");
    };
}

struct fixture : build::cluster_fixture {
    explicit fixture(bool refused = false) : stage(lists(refused)) {}

    /// The guard holds the deletion of `key`, and its next read is due.
    void hold() {
        const auto past = std::chrono::steady_clock::now() - 1h;
        const auto other = [](std::size_t n) {
            return runtime::object_key{.namespace_name = std::to_string(n), .name = "regcred"};
        };
        std::size_t passed = 0;
        while (guard.may_delete(other(passed), 0, past))
            ++passed;
        guard.forget(other(passed));
        REQUIRE_FALSE(guard.may_delete(key, 0, past));
        REQUIRE(guard.held() == 1);
    }
    /// Runs the reader until no read is due.
    void run() {
        bool ended = false;
        boost::asio::co_spawn(stage.io, reader.run(), [&ended](const std::exception_ptr&) { ended = true; });
        CHECK(harness::comes_true(stage.io,
                                  [this] { return guard.next_read() > std::chrono::steady_clock::now(); }));
        reader.stop();
        CHECK(harness::comes_true(stage.io, [&ended] { return ended; }));
    }

    api_fixture stage;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::deletion_guard guard;
    reconcile::guard_reader reader{
        stage.io.get_executor(), *stage.client, state, guard, queues.secrets, log, "Secrets"};
};

}  // namespace

TEST_CASE("a due read lists all RegistryCredentials and namespaces, and queues what the guard lets go") {
    fixture f;
    f.hold();
    static_cast<void>(f.guard.read(std::chrono::steady_clock::now() - 1h));  // the first of two that agree
    f.run();
    CHECK(wire::request_lines(f.stage) ==
          lines{"GET /apis/regcred.dev/v1alpha1/registrycredentials", "GET /api/v1/namespaces"});
    CHECK(f.guard.held() == 0);
    CHECK(f.secrets().at(key) == runtime::priority::bulk);
    CHECK(f.log_lines.count("mass deletion that no edit asked for; listing again kind=Secrets held=1") == 1);
    CHECK(f.log_lines.count("mass deletion confirmed; proceeding kind=Secrets count=1") == 1);
}

TEST_CASE("one read alone queues nothing") {
    fixture f;
    f.hold();
    f.run();
    CHECK(wire::request_lines(f.stage).size() == 2);
    CHECK(f.guard.held() == 1);
    CHECK(f.secrets().empty());
    CHECK(f.log_lines.count("mass deletion confirmed") == 0);
}

TEST_CASE("a failed read is logged, counts for nothing, and is tried again later") {
    fixture f(true);
    f.hold();
    static_cast<void>(f.guard.read(std::chrono::steady_clock::now() - 1h));
    f.run();
    CHECK(f.guard.held() == 1);
    CHECK(f.secrets().empty());
    CHECK(f.guard.next_read() != runtime::time_point::max());
    CHECK(f.log_lines.count("re-listing failed; retrying error=") == 1);
}

TEST_CASE("while nothing is held, nothing is read") {
    fixture f;
    f.run();
    CHECK(wire::request_lines(f.stage).empty());
}

TEST_CASE("an approval queues what it covers, and the statuses, which may show whose approval is missing") {
    const std::string since = "2026-03-01T10:00:00Z";
    fixture f;
    reconcile::deletion_approvals approvals;
    reconcile::result_table results;
    f.reader.require_approval(approvals, results);
    f.hold();
    results.failed(
        key, {.reason = "DeletionGuard", .message = {}, .since = since, .credentials = {"hub", "quay"}}, {});
    auto hub = build::credential("hub");
    hub.meta.annotations.emplace("regcred.dev/approve-deletions", since);
    f.add_credential(hub);
    auto quay = build::credential("quay");
    SUBCASE("one of two has approved") {
        f.add_credential(quay);
        f.clear_queues();
        f.run();
        CHECK(f.guard.held() == 1);
        CHECK(f.secrets().empty());
    }
    SUBCASE("both have approved") {
        quay.meta.annotations = hub.meta.annotations;
        f.add_credential(quay);
        f.clear_queues();
        f.run();
        CHECK(f.guard.held() == 0);
        CHECK(f.secrets().contains(key));
        CHECK(f.log_lines.count("mass deletion approved; proceeding kind=Secrets count=1") == 1);
    }
    CHECK(f.statuses() == std::set<std::string>{"hub", "quay"});
    CHECK(wire::request_lines(f.stage).empty());
}
