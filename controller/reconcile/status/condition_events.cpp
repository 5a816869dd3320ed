// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_events.hpp"

#include "reconcile/state/reasons.hpp"

#include <string_view>

namespace reconcile {

std::vector<credential_event> condition_events(const std::vector<kube::condition>& before,
                                               const std::vector<kube::condition>& after) {
    std::vector<credential_event> events;
    for (const std::string_view type :
         {"SourcesValid", "Synced", "ServiceAccountsPatched", "AdmissionPolicyEnforced"}) {
        const auto* now = kube::find_condition(after, type);
        if (now == nullptr || now->status != "False" || now->reason == reasons::progressing) continue;
        const auto* then = kube::find_condition(before, type);
        const bool known = then != nullptr && then->status == "False" && then->reason == now->reason;
        if (!known)
            events.push_back(
                {.warning = true, .reason = now->reason, .action = "Reconcile", .note = now->message});
    }
    constexpr std::string_view pulls = "FailedToRetrieveImagePullSecret";
    const auto* failing = kube::find_condition(after, pulls);
    if (failing != nullptr && failing->status == "True" && failing->reason != reasons::recovering) {
        const auto* then = kube::find_condition(before, pulls);
        if (then == nullptr || then->status != "True" || then->reason != failing->reason)
            events.push_back({.warning = true,
                              .reason = failing->reason,
                              .action = "Reconcile",
                              .note = failing->message});
    }
    const auto* ready_then = kube::find_condition(before, "Ready");
    const auto* ready_now = kube::find_condition(after, "Ready");
    if (ready_now != nullptr && ready_now->status == "True" &&
        (ready_then == nullptr || ready_then->status != "True")) {
        events.push_back(
            {.warning = false, .reason = "Synced", .action = "Reconcile", .note = ready_now->message});
    }
    return events;
}

}  // namespace reconcile
