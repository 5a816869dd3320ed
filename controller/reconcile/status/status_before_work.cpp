// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status_before_work.hpp"

#include "kube/api/condition.hpp"
#include "reconcile/state/reasons.hpp"

#include <string_view>

namespace reconcile {

namespace {

const cause& first_fault(const cluster_state& state) {
    for (const auto what : {watched::sources, watched::namespaces}) {
        if (const auto& fault = state.watch_fault(what); !fault.reason.empty()) return fault;
    }
    return state.watch_fault(watched::credentials);
}

}  // namespace

v1alpha1::registry_credential_status status_before_work(const v1alpha1::registry_credential& object,
                                                        const cluster_state& state,
                                                        const std::string& now) {
    auto status = object.status;
    const auto& fault = first_fault(state);
    if (fault.reason.empty()) return status;
    const auto put = [&](std::string_view type, std::string_view value) {
        kube::set_condition(status.conditions,
                            {.type = std::string(type),
                             .status = std::string(value),
                             .reason = std::string(fault.reason),
                             .message = fault.message,
                             .observed_generation = object.meta.generation,
                             .last_transition_time = {}},
                            now);
    };
    status.observed_generation = object.meta.generation;
    const bool lacks_sources = !state.watch_fault(watched::sources).reason.empty();
    put("SourcesValid", lacks_sources ? "False" : "Unknown");
    put("Synced", "False");
    put("Ready", "False");
    const bool needs_operator = fault.reason == reasons::forbidden;
    put(needs_operator ? "Stalled" : "Reconciling", "True");
    kube::remove_condition(status.conditions, needs_operator ? "Reconciling" : "Stalled");
    return status;
}

}  // namespace reconcile
