// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// The form in which the kubelet stores any key of a docker config; nothing when it skips the entry. Equals
/// dockerconfig::registry_key::stored() for a key that parses.
[[nodiscard]] std::optional<std::string> stored_key(std::string_view written);

/// Whether a stored key matches a repository: equal ports, equally many labels in the host, each of which may
/// have `*`, and a path that is the beginning of the repository's, byte by byte.
[[nodiscard]] bool key_matches(std::string_view stored, std::string_view repository);

}  // namespace kubelet
