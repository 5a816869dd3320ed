// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/controller_metrics.hpp"

#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace {

bool says(const runtime::metrics_registry& metrics, const std::string& sample) {
    return ("\n" + metrics.text()).find("\n" + sample + "\n") != std::string::npos;
}

struct fixture : build::cluster_fixture {
    api_fixture stage{[](const std::string&) { return wire::refusal(500, "InternalError"); }};
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the metrics of work show failures, held deletions and the policy") {
    reconcile::deletion_guard guard;
    const reconcile::admission_checker admission{stage.io.get_executor(),
                                                 *stage.client,
                                                 queues,
                                                 log,
                                                 {.own_namespace = "regcred-system",
                                                  .required = false,
                                                  .secret_names = {},
                                                  .service_account = [] { return std::nullopt; },
                                                  .checked = [] {},
                                                  .changed = [] {}}};
    reconcile::register_work_metrics(metrics, queues, guard, admission);
    for (const auto* name : {"regcred_failing_secrets", "regcred_held_deletions"})
        CHECK(says(metrics, std::string(name) + " 0"));
    CHECK(says(metrics, "regcred_admission_policy_enforced 0"));  // not known yet
    for (int i = 0; guard.may_delete({.namespace_name = std::to_string(i), .name = "regcred"}, 0, {}); ++i) {
    }
    CHECK(says(metrics, "regcred_held_deletions 1"));
}

TEST_CASE_FIXTURE(fixture, "the metrics of the state count RegistryCredentials and namespaces") {
    reconcile::register_state_metrics(metrics, state);
    CHECK(says(metrics, "regcred_registrycredentials 0"));
    CHECK(says(metrics, "regcred_namespaces 0"));
    add_namespace("team-a");
    add_namespace("team-b");
    add_credential(build::wants("hub", "login"));
    CHECK(says(metrics, "regcred_registrycredentials 1"));
    CHECK(says(metrics, "regcred_namespaces 2"));
}

TEST_CASE_FIXTURE(fixture, "the metrics of watches show their age, restarts and unreadable objects") {
    std::vector<reconcile::watch_report> reports;
    reconcile::register_watch_metrics(
        metrics,
        [&reports] { return reports; },
        [] { return runtime::wall_time{std::chrono::seconds(1'000)}; });
    reports.push_back({.watch = "namespaces", .health = {}, .unreadable = 3});
    CHECK(metrics.text().find("regcred_watch_last_received_timestamp_seconds{") == std::string::npos);
    auto& health = reports.front().health;
    health.last_received = std::chrono::steady_clock::now() - std::chrono::seconds(100);
    health.ended = 7;
    health.failed = 2;
    CHECK(metrics.text().find(R"(regcred_watch_last_received_timestamp_seconds{watch="namespaces"} 899.9)") !=
          std::string::npos);
    CHECK(says(metrics, R"(regcred_watch_restarts_total{watch="namespaces",cause="ended"} 7)"));
    CHECK(says(metrics, R"(regcred_watch_restarts_total{watch="namespaces",cause="failed"} 2)"));
    CHECK(says(metrics, R"(regcred_unreadable_objects{watch="namespaces"} 3)"));
}

TEST_CASE_FIXTURE(fixture, "repairs begin at 0") {
    static_cast<void>(reconcile::register_drift(metrics));
    CHECK(says(metrics, R"(regcred_drift_repaired_total{resource="secrets",cause="modified"} 0)"));
    CHECK(says(metrics, R"(regcred_drift_repaired_total{resource="secrets",cause="deleted"} 0)"));
    CHECK(says(metrics, R"(regcred_drift_repaired_total{resource="serviceaccounts",cause="modified"} 0)"));
}

TEST_CASE_FIXTURE(fixture, "the metrics of Pods that cannot pull begin at 0") {
    const reconcile::pull_watcher pulls{stage.io.get_executor(),
                                        {.client = *stage.client,
                                         .state = state,
                                         .queues = queues,
                                         .log = log,
                                         .clock = [] { return runtime::wall_time{}; },
                                         .random = [] { return 0.0; }}};
    reconcile::register_pull_metrics(metrics, pulls);
    CHECK(says(metrics, "regcred_pull_failure_events_total 0"));
    CHECK(says(metrics, "regcred_pods_failing 0"));
    CHECK(says(metrics, "regcred_pull_failures_watched 0"));
}

namespace {

struct refused_writes final : runtime::event_writer {
    boost::asio::awaitable<kube::result<void>> create(runtime::event_write) override {
        co_return kube::error(kube::error_kind::forbidden, "no");
    }
    boost::asio::awaitable<kube::result<void>> update_series(runtime::event_write) override {
        co_return kube::error(kube::error_kind::forbidden, "no");
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the metrics of Events begin at 0") {
    refused_writes writer;
    const runtime::event_recorder events{
        stage.io.get_executor(), writer, log, [] { return runtime::wall_time{}; }};
    reconcile::register_event_metrics(metrics, events);
    CHECK(says(metrics, "regcred_events_written_total 0"));
    CHECK(says(metrics, "regcred_events_dropped_total 0"));
}
