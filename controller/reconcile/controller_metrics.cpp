// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/controller_metrics.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

namespace {

/// A gauge of what `value` returns: a number of any type, or a bool.
void add_gauge(runtime::metrics_registry& metrics, std::string name, std::string help, auto value) {
    metrics.gauge_func(std::move(name), std::move(help), [value] { return static_cast<double>(value()); });
}

void add_counter(runtime::metrics_registry& metrics, std::string name, std::string help, auto value) {
    metrics.counter_func(std::move(name), std::move(help), [value] { return static_cast<double>(value()); });
}

}  // namespace

void register_work_metrics(runtime::metrics_registry& metrics,
                           const work_queues& queues,
                           const deletion_guard& guard,
                           const admission_checker& admission) {
    add_gauge(metrics, "regcred_failing_secrets", "Secrets that are retried after a failure.", [&queues] {
        return queues.secrets.queue().failing();
    });
    add_gauge(
        metrics, "regcred_held_deletions", "Deletions of Secrets that DeletionGuard holds back.", [&guard] {
            return guard.held();
        });
    add_gauge(metrics,
              "regcred_admission_policy_enforced",
              "1 while the API server refuses what the admission policies of deploy/ forbid.",
              [&admission] { return admission.enforced(); });
}

void register_state_metrics(runtime::metrics_registry& metrics, const cluster_state& state) {
    add_gauge(metrics, "regcred_registrycredentials", "RegistryCredentials in the cluster.", [&state] {
        return state.credentials().size();
    });
    add_gauge(metrics, "regcred_namespaces", "Namespaces in the cluster.", [&state] {
        return state.namespaces().size();
    });
}

void register_pull_metrics(runtime::metrics_registry& metrics, const pull_watcher& pulls) {
    add_counter(metrics,
                "regcred_pull_failure_events_total",
                "Events about Pods that could not read a pull Secret of any name.",
                [&pulls] { return pulls.events(); });
    add_gauge(metrics,
              "regcred_pods_failing",
              "Pods that are waiting for a pull Secret of an allowed name.",
              [&pulls] { return pulls.failing(); });
    add_gauge(
        metrics, "regcred_pull_failures_watched", "1 while Events of such Pods can be watched.", [&pulls] {
            return pulls.watches_events();
        });
}

void register_event_metrics(runtime::metrics_registry& metrics, const runtime::event_recorder& events) {
    add_counter(metrics, "regcred_events_written_total", "Kubernetes Events written.", [&events] {
        return events.written();
    });
    add_counter(
        metrics, "regcred_events_dropped_total", "Kubernetes Events that could not be written.", [&events] {
            return events.dropped();
        });
}

void register_watch_metrics(runtime::metrics_registry& metrics,
                            const std::function<std::vector<watch_report>()>& reports,
                            const runtime::wall_clock& clock) {
    using samples = runtime::metrics_registry::samples;
    metrics.gauges_func("regcred_watch_last_received_timestamp_seconds",
                        "When a watch last received anything from the API server.",
                        {"watch"},
                        [reports, clock] {
                            const auto now = std::chrono::steady_clock::now();
                            const std::chrono::duration<double> wall = clock().time_since_epoch();
                            samples received;
                            for (const auto& each : reports()) {
                                if (each.health.last_received == runtime::time_point::min()) continue;
                                const std::chrono::duration<double> age = now - each.health.last_received;
                                received.push_back({{each.watch}, (wall - age).count()});
                            }
                            return received;
                        });
    metrics.counters_func(
        "regcred_watch_restarts_total",
        "How often a watch began again, after the API server had ended it or it had failed.",
        {"watch", "cause"},
        [reports] {
            samples restarts;
            for (const auto& each : reports()) {
                restarts.push_back({{each.watch, "ended"}, static_cast<double>(each.health.ended)});
                restarts.push_back({{each.watch, "failed"}, static_cast<double>(each.health.failed)});
            }
            return restarts;
        });
    metrics.gauges_func(
        "regcred_unreadable_objects", "Objects that exist and cannot be decoded.", {"watch"}, [reports] {
            samples unreadable;
            for (const auto& each : reports())
                unreadable.push_back({{each.watch}, static_cast<double>(each.unreadable)});
            return unreadable;
        });
}

runtime::counter_family& register_drift(runtime::metrics_registry& metrics) {
    auto& drift =
        metrics.counters("regcred_drift_repaired_total",
                         "Objects that were right until another writer changed or deleted them, and "
                         "that were written again.",
                         {"resource", "cause"});
    drift.with({"secrets", "modified"});
    drift.with({"secrets", "deleted"});
    drift.with({"serviceaccounts", "modified"});
    return drift;
}

}  // namespace reconcile
