// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/selection.hpp"
#include "runtime/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// Whether the controller hears of Pods that cannot read their pull Secret.
enum class hearing : std::uint8_t {
    not_yet,    // the first watch of Events is not open yet
    listening,  // or was, and the watch is being opened again
    forbidden,  // it may not watch Events
    other_name  // Secrets of this name are none of the install's
};

/// What there is to tell of a Pod that fails for want of a Secret, and of whose RegistryCredential.
struct pull_verdict {
    std::string_view reason;  // SecretMissing, NamespaceNotSelected, Recovering; empty: nothing to tell
    std::string message;      // for people: how it stands, and what to do
};

/// The cell of such a Pod, as one RegistryCredential sees it that keeps Secrets of this name.
struct pull_cell {
    std::string_view namespace_name;
    std::string_view secret_name;
    selection own = selection::selected;
    bool selected_by_another = false;
    bool present = false;            // there is a Secret of this name, whoever made it
    std::string_view write_failure;  // reason for which it cannot be written; empty: none is known
};

/// Pure. Only the object that wants the Secret there tells that it is missing or back. Where none wants it
/// and it is absent, all that use the name do: which of them was meant nobody knows.
[[nodiscard]] pull_verdict judge_pull(const pull_cell& at);

/// All that the status of one RegistryCredential tells of Pods.
struct pull_report {
    struct pod {
        std::string_view reason;
        std::string namespace_name;
        std::string name;
        runtime::wall_time last_seen;
        friend bool operator==(const pod&, const pod&) = default;
    };
    hearing events = hearing::not_yet;
    bool by_events_alone = false;  // the controller may not look at Pods
    bool more = false;             // there are more than it can remember
    std::vector<pod> pods;         // all that fail, the worst reason first
    std::string message;           // about the first of them
};

/// Puts the condition FailedToRetrieveImagePullSecret, pullFailures and affectedPods into `status`, which has
/// its conditions from `object`. Pure; `now` is RFC 3339. What an earlier status says of when a Pod was last
/// seen stays until something else changes or one was seen a minute later: a repeated Event is no write.
void put_pull_failures(v1alpha1::registry_credential_status& status,
                       const v1alpha1::registry_credential& object,
                       const pull_report& report,
                       const std::string& now);

}  // namespace reconcile
