// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/queue_metrics.hpp"

#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using runtime::priority;

struct fixture : build::cluster_fixture {
    runtime::metrics_registry metrics;

    [[nodiscard]] bool says(const std::string& sample) const {
        return metrics.text().find("\n" + sample + "\n") != std::string::npos;
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "each queue shows its depth and its retries by priority, its waits and its work") {
    reconcile::register_queue_metrics(metrics, queues);
    queues.secrets.add(build::here, priority::bulk);
    queues.service_accounts.add(build::here, priority::urgent);
    CHECK(says(R"(regcred_queue_depth{queue="secrets",priority="bulk"} 1)"));
    CHECK(says(R"(regcred_queue_depth{queue="secrets",priority="urgent"} 0)"));
    CHECK(says(R"(regcred_queue_depth{queue="serviceaccounts",priority="urgent"} 1)"));
    CHECK(says(R"(regcred_queue_depth{queue="statuses",priority="normal"} 0)"));
    const auto now = std::chrono::steady_clock::now();
    auto& queue = queues.secrets.queue();
    REQUIRE(queue.take(now + 1h));
    CHECK(says(R"(regcred_queue_wait_duration_seconds_count{queue="secrets",priority="bulk"} 1)"));
    CHECK(says(R"(regcred_queue_wait_duration_seconds_bucket{queue="secrets",priority="bulk",le="60"} 0)"));
    queue.worked(2s);
    CHECK(says(R"(regcred_queue_work_duration_seconds_sum{queue="secrets"} 2)"));
    queue.add_rate_limited(build::here, priority::bulk, 0s, now);
    CHECK(says(R"(regcred_queue_retries_total{queue="secrets",priority="bulk"} 1)"));
}

TEST_CASE_FIXTURE(fixture, "the metrics of delivery show new namespaces and RegistryCredentials") {
    reconcile::register_delivery_metrics(metrics, queues);
    for (const auto* result : {"on_time", "late", "failed"})
        CHECK(says("regcred_new_namespace_secrets_total{result=\"" + std::string(result) + "\"} 0"));
    const auto now = std::chrono::steady_clock::now();
    auto& arrivals = queues.arrivals;
    arrivals.lead(now);
    arrivals.appeared(build::here, now - 1h);
    CHECK(says(R"(regcred_new_namespace_secrets_total{result="late"} 1)"));
    CHECK(says("regcred_new_namespace_secrets_waiting 1"));
    using result = reconcile::namespace_arrivals::result;
    arrivals.finished(build::here, result::written, now);
    CHECK(says("regcred_new_namespace_secret_duration_seconds_sum 3600"));
    arrivals.appeared(build::here, now);
    arrivals.finished(build::here, result::written, now);
    CHECK(says(R"(regcred_new_namespace_secrets_total{result="on_time"} 1)"));
    arrivals.appeared(build::here, now);
    arrivals.finished(build::here, result::failed, now);
    CHECK(says(R"(regcred_new_namespace_secrets_total{result="failed"} 1)"));

    queues.runs.begin("hub", reconcile::sync_cause::source_changed, now);
    queues.runs.wrote("hub", now + 5s);
    REQUIRE(queues.runs.finish("hub", {}, now + 5s));
    CHECK(says(R"(regcred_registrycredential_sync_duration_seconds_sum{cause="source_changed"} 5)"));
    CHECK(says(R"(regcred_registrycredential_sync_duration_seconds_count{cause="created"} 0)"));
}
