// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// What the kubelet stores for a key of a docker config: host[:port][/path], without scheme and without a
/// leading /v1 or /v2 of the path. Nothing: it skips the entry. Unlike dockerconfig::normalise_like_kubelet,
/// for any key, also one that no careful person writes.
[[nodiscard]] std::optional<std::string> stored_key(std::string_view written);

/// Whether a stored key matches a repository: equal ports, as many labels in the host, each of which may
/// have `*`, and the key's path is the beginning of the repository's, byte by byte.
[[nodiscard]] bool key_matches(std::string_view stored, std::string_view repository);

}  // namespace kubelet
