// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/queue_metrics.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace reconcile {

namespace {

using samples = runtime::metrics_registry::samples;
using histogram_samples = runtime::metrics_registry::histogram_samples;
using runtime::priority;

constexpr std::array<std::pair<std::string_view, priority>, runtime::priority_count> priorities{
    {{"urgent", priority::urgent}, {"normal", priority::normal}, {"bulk", priority::bulk}}};

/// Calls `visit` with the label values and the queue for each queue and priority.
void for_each_priority(const work_queues& queues, auto&& visit) {
    for (const auto& [name, queue] : named_queues(queues)) {
        for (const auto& [label, level] : priorities)
            visit(runtime::label_values{std::string(name), std::string(label)}, queue->queue(), level);
    }
}

}  // namespace

std::array<named_queue, 3> named_queues(const work_queues& queues) {
    return {{{"secrets", &queues.secrets},
             {"serviceaccounts", &queues.service_accounts},
             {"statuses", &queues.statuses}}};
}

void register_queue_metrics(runtime::metrics_registry& metrics, const work_queues& queues) {
    const std::vector<std::string> labels{"queue", "priority"};
    metrics.gauges_func("regcred_queue_depth", "Objects that wait to be reconciled.", labels, [&queues] {
        samples depths;
        for_each_priority(queues, [&](auto values, const auto& queue, priority level) {
            depths.push_back({std::move(values), static_cast<double>(queue.waiting(level))});
        });
        return depths;
    });
    metrics.counters_func(
        "regcred_queue_retries_total", "Retries of objects after a failure.", labels, [&queues] {
            samples retries;
            for_each_priority(queues, [&](auto values, const auto& queue, priority level) {
                retries.push_back({std::move(values), queue.statistics().retries(level)});
            });
            return retries;
        });
    metrics.histograms_func("regcred_queue_wait_duration_seconds",
                            "How long objects that were due waited for a worker.",
                            labels,
                            [&queues] {
                                histogram_samples waits;
                                for_each_priority(
                                    queues, [&](auto values, const auto& queue, priority level) {
                                        waits.push_back({std::move(values), &queue.statistics().wait(level)});
                                    });
                                return waits;
                            });
    metrics.histograms_func(
        "regcred_queue_work_duration_seconds",
        "How long the work on an object took, with its requests.",
        {"queue"},
        [&queues] {
            histogram_samples work;
            for (const auto& [name, queue] : named_queues(queues))
                work.push_back({{std::string(name)}, &queue->queue().statistics().work()});
            return work;
        });
}

void register_delivery_metrics(runtime::metrics_registry& metrics, const work_queues& queues) {
    const auto& arrivals = queues.arrivals;
    metrics.counters_func("regcred_new_namespace_secrets_total",
                          "Secrets of new namespaces that were written within 1 s (on_time) or not (late), "
                          "or that a person must mend (failed).",
                          {"result"},
                          [&arrivals] {
                              return samples{{{"on_time"}, arrivals.on_time()},
                                             {{"late"}, arrivals.late(std::chrono::steady_clock::now())},
                                             {{"failed"}, arrivals.failed()}};
                          });
    metrics.gauge_func("regcred_new_namespace_secrets_waiting",
                       "Secrets of new namespaces that are not written yet.",
                       [&arrivals] { return static_cast<double>(arrivals.waiting()); });
    metrics.histograms_func("regcred_new_namespace_secret_duration_seconds",
                            "From when a new namespace was seen until its Secret was written.",
                            {},
                            [&arrivals] { return histogram_samples{{{}, &arrivals.durations()}}; });
    metrics.histograms_func(
        "regcred_registrycredential_sync_duration_seconds",
        "From the cause, such as a changed source, until the last Secret was written.",
        {"cause"},
        [&queues] {
            histogram_samples syncs;
            for (const auto cause : all_sync_causes)
                syncs.push_back({{std::string(to_string(cause))}, &queues.runs.durations(cause)});
            return syncs;
        });
}

}  // namespace reconcile
