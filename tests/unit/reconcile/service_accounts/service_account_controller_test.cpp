// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_controller.hpp"

#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

const std::string patch_line = "PATCH /api/v1/namespaces/team-a/serviceaccounts/default";

kube::json account(const std::string& resource_version) {
    return {{"apiVersion", "v1"},
            {"kind", "ServiceAccount"},
            {"metadata", wire::metadata("default", resource_version, "team-a")}};
}

/// An API server with ServiceAccount default, that enforces the admission policies or cannot tell.
api_fixture::respond server_that_enforces(bool enforces) {
    return [enforces](const std::string& request) {
        if (request.starts_with("GET ")) return wire::streamed_list("v1", "ServiceAccount", {account("10")});
        if (request.find("dryRun=All") != std::string::npos) {
            if (!enforces) return wire::refusal(500, "InternalError");
            auto denied = wire::status(422, "Invalid");
            denied["message"] =
                "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: regcred-controller may only "
                "write Secrets of type kubernetes.io/dockerconfigjson without finalizers";
            return harness::http_answer(422, denied.dump());
        }
        auto patched = account("30");
        patched["metadata"]["annotations"] = {{"regcred.dev/added", "regcred"}};
        patched["imagePullSecrets"] = kube::json::array({{{"name", "regcred"}}});
        return wire::ok(patched);
    };
}

/// A RegistryCredential wants an entry in ServiceAccount default; the admission policies are required.
struct fixture {
    explicit fixture(bool enforces) : stage(server_that_enforces(enforces)) {
        state.namespaces().upsert(build::live_namespace("team-a"));
        auto hub = build::wants("hub", "login");
        hub.service_accounts = {"default"};
        state.credentials().upsert(std::move(hub));
        controller.start(tasks);
        controller.begin();
    }
    ~fixture() {
        controller.stop();
        CHECK(stage.run(queues.service_accounts.stop(5s)));
        boost::asio::post(stage.io, [this] { tasks.cancel(); });
        CHECK(stage.run(tasks.join(5s)));
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    bool run_until(auto condition) { return harness::comes_true(stage.io, condition); }
    /// Until the ServiceAccount is known and its key has been worked on.
    void settle() {
        REQUIRE(run_until([this] { return controller.state().store_of("default")->synced(); }));
        stage.io.restart();
        stage.io.poll();
    }
    [[nodiscard]] std::ptrdiff_t patches() const {
        return std::ranges::count(wire::request_lines(stage), patch_line);
    }

    api_fixture stage;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
    runtime::task_group tasks{stage.io.get_executor()};
    reconcile::work_queues queues{stage.io.get_executor(), [] { return 0.0; }};
    reconcile::cluster_state state{{.own_namespace = "regcred-system", .secret_names = {"regcred"}}, queues};
    reconcile::event_aggregator events;
    reconcile::admission_checker admission{stage.io.get_executor(),
                                           *stage.client,
                                           queues,
                                           log,
                                           {.own_namespace = "regcred-system",
                                            .required = true,
                                            .secret_names = {},
                                            .service_account = [] { return std::string("default"); },
                                            .checked = [] {},
                                            .changed = [] {}}};
    reconcile::service_account_controller controller{
        stage.io.get_executor(),
        *stage.client,
        state,
        queues,
        events,
        admission,
        log,
        metrics,
        metrics.counters("drift_total", "help", {"resource", "cause"}),
        {.names = {"default"},
         .random = [] { return 0.0; },
         .clock = [] { return runtime::wall_time{}; },
         .approvals = nullptr}};
};

}  // namespace

TEST_CASE("a ServiceAccount is patched once the required admission policy is known to be enforced") {
    fixture f(true);
    f.settle();
    CHECK(f.patches() == 0);
    f.stage.run(f.admission.check());
    CHECK(f.run_until([&] { return f.patches() == 1; }));
    CHECK(f.run_until([&] {
        return f.controller.state().results().is_synced({.namespace_name = "team-a", .name = "default"});
    }));
}

TEST_CASE("a ServiceAccount waits while it is not known whether the admission policy is enforced") {
    fixture f(false);
    f.settle();
    f.stage.run(f.admission.check());
    f.settle();
    CHECK(f.patches() == 0);
}

TEST_CASE("the metrics count failing ServiceAccounts, held removals and writes") {
    fixture f(true);
    f.stage.run(f.admission.check());
    f.settle();
    CHECK(f.run_until([&] { return f.patches() == 1; }));
    CHECK(f.run_until([&] {
        return f.metrics.text().find(R"(regcred_service_account_writes_total{action="add",result="ok"} 1)") !=
               std::string::npos;
    }));
    CHECK(f.metrics.text().find("\nregcred_failing_service_accounts 0\n") != std::string::npos);
    CHECK(f.metrics.text().find("\nregcred_held_service_accounts 0\n") != std::string::npos);
    CHECK(f.controller.failing_watches() == 0);
}
