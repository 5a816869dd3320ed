// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_events.hpp"

#include "reconcile/state/reasons.hpp"

#include <string_view>
#include <utility>

namespace reconcile {

namespace {

/// Whether a condition is False only because the one that it depends on is: that one has the Event.
bool is_consequence(const std::vector<kube::condition>& conditions, const kube::condition& condition) {
    const auto fails_alike = [&](std::string_view type) {
        const auto* cause = kube::find_condition(conditions, type);
        return cause != nullptr && cause->status == "False" && cause->reason == condition.reason;
    };
    if (condition.type == "Synced") return fails_alike("SourcesValid");
    return condition.type == "ServiceAccountsPatched" &&
           condition.reason == reasons::secret_name_not_allowed && fails_alike("Synced");
}

/// Whether a change to this value needs a person's attention.
bool is_bad(const kube::condition& condition) {
    if (condition.type == "Reconciling") return false;
    const bool abnormal_true =
        condition.type == "Stalled" || condition.type == "FailedToRetrieveImagePullSecret";
    const bool works = condition.reason == reasons::progressing || condition.reason == reasons::suspended ||
                       condition.reason == reasons::recovering;
    return condition.status == (abnormal_true ? "True" : "False") && !works;
}

/// Whether the status or the reason is another one than before.
bool has_changed(const std::vector<kube::condition>& before, const kube::condition& now) {
    const auto* then = kube::find_condition(before, now.type);
    return then == nullptr || then->status != now.status || then->reason != now.reason;
}

}  // namespace

std::vector<condition_change> condition_changes(const std::vector<kube::condition>& before,
                                                const std::vector<kube::condition>& after) {
    std::vector<condition_change> changes;
    for (const auto& now : after) {
        if (has_changed(before, now)) changes.push_back({.warning = is_bad(now), .now = now});
    }
    for (const auto& then : before) {
        if (kube::find_condition(after, then.type) != nullptr) continue;
        kube::condition absent;
        absent.type = then.type;
        absent.status = "absent";
        changes.push_back({.warning = false, .now = std::move(absent)});
    }
    return changes;
}

std::vector<credential_event> condition_events(const std::vector<kube::condition>& before,
                                               const std::vector<kube::condition>& after) {
    std::vector<credential_event> events;
    for (const std::string_view type :
         {"SourcesValid", "Synced", "ServiceAccountsPatched", "AdmissionPolicyEnforced"}) {
        const auto* now = kube::find_condition(after, type);
        if (now == nullptr || now->status != "False" || now->reason == reasons::progressing) continue;
        if (has_changed(before, *now) && !is_consequence(after, *now))
            events.push_back(
                {.warning = true, .reason = now->reason, .action = "Reconcile", .note = now->message});
    }
    constexpr std::string_view pulls = "FailedToRetrieveImagePullSecret";
    const auto* failing = kube::find_condition(after, pulls);
    if (failing != nullptr && failing->status == "True" && failing->reason != reasons::recovering) {
        if (has_changed(before, *failing))
            events.push_back({.warning = true,
                              .reason = failing->reason,
                              .action = "Reconcile",
                              .note = failing->message});
    }
    const auto* ready_then = kube::find_condition(before, "Ready");
    const auto* ready_now = kube::find_condition(after, "Ready");
    if (ready_now != nullptr && ready_now->status == "True" &&
        (ready_then == nullptr || ready_then->status != "True")) {
        events.push_back({.warning = false,
                          .reason = ready_now->reason,
                          .action = "Reconcile",
                          .note = ready_now->message});
    }
    return events;
}

}  // namespace reconcile
