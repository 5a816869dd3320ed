// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/json.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// Of the kubelet's Event about a Pod whose pull Secrets it could not read (Kubernetes 1.28 and later).
inline constexpr std::string_view pull_event_reason = "FailedToRetrieveImagePullSecret";

/// Whether some RegistryCredential keeps Secrets of this name.
using name_in_use = std::function<bool(std::string_view secret_name)>;

/// The Secret names in the message of such an Event, of those that are in use; each once, at most 16. Whoever
/// may write Events in his namespace chooses this text: the work is bounded whatever it is, and what is not
/// the kubelet's own wording has no names.
[[nodiscard]] std::vector<std::string> missing_secrets(std::string_view message, const name_in_use& in_use);

/// What such an Event says. A hint, and no fact: tenants can write Events too. Its namespace is true, since
/// the API server ties that of the object that an Event is about to the Event's own.
struct pull_event {
    std::string namespace_name;
    std::string pod;
    std::string uid;
    std::vector<std::string> secrets;  // not empty
};

/// Reads a core/v1 Event; nothing when it is not about a Pod of its own namespace and Secrets in use.
[[nodiscard]] std::optional<pull_event> read_pull_event(const kube::json& object, const name_in_use& in_use);

}  // namespace reconcile
