// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/reasons.hpp"
#include "reconcile/state/selection.hpp"
#include "runtime/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// Whether the controller sees the Events of Pods that cannot read their pull Secret.
enum class event_watch_state : std::uint8_t {
    not_opened,        // the first watch of Events is not open yet
    open,              // or was, and is being opened again
    forbidden,         // the controller may not watch Events
    name_not_managed,  // this installation does not manage Secrets of this name
    copies_not_read,   // the Secrets of this name have not been listed: none is known to be missing
};

/// The namespace of a failing Pod, as seen by one RegistryCredential that uses the Secret name.
struct pull_subject {
    std::string_view namespace_name;
    std::string_view secret_name;
    selection own = selection::selected;
    bool selected_by_another = false;
    bool present = false;            // there is a Secret of this name, whoever made it
    std::string_view write_failure;  // reason for which it cannot be written; empty: none is known
};

/// SecretMissing, NamespaceNotSelected or Recovering; empty: this RegistryCredential does not report the Pod.
/// Pure. Only a RegistryCredential that selects the namespace reports that the Secret is missing or back. If
/// none selects it and the Secret is absent, all that use the name report it, since it is not known which of
/// them was meant.
[[nodiscard]] cause cause_of_pull_failure(const pull_subject& subject);

/// What the status of one RegistryCredential says about Pods.
struct pull_report {
    struct pod {
        std::string_view reason;
        std::string namespace_name;
        std::string name;
        runtime::wall_time last_seen;
        friend bool operator==(const pod&, const pod&) = default;
    };
    event_watch_state events = event_watch_state::not_opened;
    bool by_events_alone = false;  // the controller may not get Pods
    bool more = false;             // there are more than are tracked
    std::vector<pod> pods;         // all that fail, the worst reason first
    std::string message;           // about the first of them
};

/// Puts the condition FailedToRetrieveImagePullSecret, pullFailures and affectedPods into `status`, which has
/// its conditions from `object`. Pure; `now` is RFC 3339. The lastSeen times of `object` stay unless
/// something else changes or a Pod was seen a minute later: a repeated Event alone does not lead to a write.
void put_pull_failures(v1alpha1::registry_credential_status& status,
                       const v1alpha1::registry_credential& object,
                       const pull_report& report,
                       const std::string& now);

}  // namespace reconcile
