// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/credential_metrics.hpp"

#include "reconcile/status/condition_metric.hpp"
#include "util/timestamp.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace reconcile {

namespace {

using status = v1alpha1::registry_credential_status;

double seconds_of(runtime::wall_time at) {
    return std::chrono::duration<double>(at.time_since_epoch()).count();
}

/// A gauge with a sample for each RegistryCredential for which `value` returns one.
void add_gauge(runtime::metrics_registry& metrics,
               const cluster_state& state,
               std::string name,
               std::string help,
               std::function<std::optional<double>(const status&)> value) {
    const auto read = [&state, value = std::move(value)] {
        runtime::metrics_registry::samples samples;
        state.credentials().for_each([&](const auto& object) {
            if (const auto known = value(object->status)) samples.push_back({{object->meta.name}, *known});
        });
        std::ranges::sort(samples);
        return samples;
    };
    metrics.gauges_func(std::move(name), std::move(help), {"name"}, read);
}

}  // namespace

double last_success(const status& known, runtime::wall_time now) {
    const auto* ready = kube::find_condition(known.conditions, "Ready");
    if (ready == nullptr) return 0;
    if (ready->status == "True") return seconds_of(now);
    const auto since = util::read_time(ready->last_transition_time);
    return since ? seconds_of(*since) : 0;
}

void register_credential_metrics(runtime::metrics_registry& metrics,
                                 const cluster_state& state,
                                 const runtime::wall_clock& clock) {
    metrics.gauges_func("regcred_registrycredential_condition",
                        "1 for the status that each condition of a RegistryCredential has.",
                        {"name", "type", "status"},
                        [&state] { return condition_samples(state); });
    add_gauge(metrics,
              state,
              "regcred_registrycredential_namespaces_selected",
              "Namespaces that a RegistryCredential selects.",
              [](const status& known) { return static_cast<double>(known.namespaces.selected); });
    add_gauge(metrics,
              state,
              "regcred_registrycredential_namespaces_synced",
              "Selected namespaces that hold the right Secret.",
              [](const status& known) { return static_cast<double>(known.namespaces.synced); });
    add_gauge(metrics,
              state,
              "regcred_registrycredential_namespaces_failed",
              "Namespaces whose Secret cannot be written or deleted.",
              [](const status& known) { return static_cast<double>(known.namespaces.failed); });
    add_gauge(metrics,
              state,
              "regcred_registrycredential_pull_failures",
              "Pods that wait for the Secret of a RegistryCredential; absent while that is not known.",
              [](const status& known) -> std::optional<double> {
                  if (!known.pull_failures) return std::nullopt;
                  return static_cast<double>(*known.pull_failures);
              });
    add_gauge(metrics,
              state,
              "regcred_registrycredential_last_success_timestamp_seconds",
              "When Ready of a RegistryCredential was last True: now while it is True.",
              [clock](const status& known) { return last_success(known, clock()); });
}

}  // namespace reconcile
