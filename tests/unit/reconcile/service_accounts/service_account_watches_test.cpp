// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_watches.hpp"

#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::string streamed_list(const std::string& account_name) {
    return wire::streamed_list("v1",
                               "ServiceAccount",
                               {{{"apiVersion", "v1"},
                                 {"kind", "ServiceAccount"},
                                 {"metadata", wire::metadata(account_name, "10", "team-a")}}});
}

std::string denied(const std::string&) {
    return wire::refusal(403, "Forbidden", "serviceaccounts");
}

struct fixture : build::cluster_fixture {
    fixture(std::vector<std::string> names, api_fixture::respond answers)
        : accounts(state, names, queues), stage(std::move(answers)) {
        watches.start(tasks);
    }
    ~fixture() {
        watches.stop();
        boost::asio::post(stage.io, [this] { tasks.cancel(); });
        static_cast<void>(stage.run(tasks.join(5s)));
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    void ask_for(const std::string& account_name) {
        auto object = build::wants("hub", "login");
        object.service_accounts = {account_name};
        add_credential(std::move(object));
    }
    bool run_until(auto condition) { return harness::comes_true(stage.io, condition); }
    [[nodiscard]] bool was_asked_for(const std::string& part) const {
        return std::ranges::any_of(stage.server.requests(), [&](const std::string& request) {
            return request.substr(0, request.find('\r')).find(part) != std::string::npos;
        });
    }

    reconcile::service_account_state accounts;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    api_fixture stage;
    runtime::task_group tasks{stage.io.get_executor()};
    reconcile::service_account_watches watches{
        stage.io.get_executor(), *stage.client, state, accounts, log, [] { return 0.0; }};
};

constexpr auto denial_line =
    "cannot read ServiceAccounts watch=\"serviceaccounts named default\" reason=Forbidden "
    "message=\"RBAC does not allow it; apply deploy/service-accounts.yaml\"";

}  // namespace

TEST_CASE("each allowed name has a watch of its own, which fills its store") {
    fixture f({"builder", "default"}, [](const std::string& request) {
        return streamed_list(request.find("builder") != std::string::npos ? "builder" : "default");
    });
    CHECK(f.run_until([&] {
        return f.accounts.store_of("builder")->synced() && f.accounts.store_of("default")->synced();
    }));
    CHECK(f.was_asked_for("metadata.name%3Dbuilder"));
    CHECK(f.was_asked_for("metadata.name%3Ddefault"));
    CHECK(f.accounts.store_of("builder")->size() == 1);
    CHECK(f.watches.failing() == 0);
}

TEST_CASE("where every name is allowed, one watch reads all ServiceAccounts") {
    fixture f({"*"}, [](const std::string&) { return streamed_list("default"); });
    CHECK(f.run_until([&] { return f.accounts.store_of("anything")->synced(); }));
    CHECK_FALSE(f.was_asked_for("fieldSelector"));
}

TEST_CASE("a denied watch does not count as failing while no RegistryCredential asks for ServiceAccounts") {
    fixture f({"default"}, denied);
    CHECK(f.run_until([&] { return f.log_lines.count(denial_line) == 1; }));
    CHECK(f.watches.failing() == 0);
    CHECK(f.log_lines.count("warn") == 0);
}

TEST_CASE("a denied watch fails when a RegistryCredential asks for ServiceAccounts") {
    fixture f({"default"}, denied);
    REQUIRE(f.run_until([&] { return f.log_lines.count(denial_line) == 1; }));
    f.ask_for("default");  // wakes the watch
    CHECK(f.run_until([&] { return f.watches.failing() == 1; }));
    CHECK(f.log_lines.count(denial_line) == 1);
    f.ask_for("other");
    CHECK(f.watches.failing() == 0);
}
