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

/// Reason of the kubelet's Event about a Pod whose pull Secrets it could not read (Kubernetes 1.28 and
/// later).
inline constexpr std::string_view pull_event_reason = "FailedToRetrieveImagePullSecret";

/// Whether some RegistryCredential keeps Secrets of this name.
using name_in_use = std::function<bool(std::string_view secret_name)>;

/// The Secret names in the message of such an Event, of those that are in use; each once, at most 16. A
/// tenant who may write Events chooses this text: the work is bounded for any text, and a text that differs
/// from the kubelet's wording yields no names.
[[nodiscard]] std::vector<std::string> missing_secrets(std::string_view message, const name_in_use& in_use);

/// What such an Event says. It is a hint, not a fact: tenants can write Events too. Only the namespace can be
/// relied on: the API server requires that the involved object is in the namespace of the Event.
struct pull_event {
    std::string namespace_name;
    std::string pod;
    std::string uid;
    std::vector<std::string> secrets;  // not empty
};

/// Reads a core/v1 Event; nothing when it is not about a Pod of its own namespace and Secrets in use.
[[nodiscard]] std::optional<pull_event> read_pull_event(const kube::json& object, const name_in_use& in_use);

}  // namespace reconcile
