// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// The stored key of Docker Hub, which the kubelet tries for an image of the default registry when no other
/// key matches.
inline constexpr std::string_view default_registry = "index.docker.io";

/// A key without https:// or http:// before its host: the kubelet knows these two, in lower case.
[[nodiscard]] std::string_view without_scheme(std::string_view key) noexcept;

/// A path without /v1 or /v2 at its beginning, which the kubelet drops only before a slash.
[[nodiscard]] std::string_view without_version(std::string_view path) noexcept;

/// The form in which the kubelet stores any key of a docker config, host[:port][/path]; nothing when it skips
/// the entry.
[[nodiscard]] std::optional<std::string> stored_key(std::string_view written);

/// Whether a stored key matches a repository: equal ports, equally many labels in the host, each of which may
/// have `*`, and a path that is the beginning of the repository's, byte by byte.
[[nodiscard]] bool key_matches(std::string_view stored, std::string_view repository);

/// A repository for which the kubelet tries the credentials under a stored key. Nothing: no image has a name
/// that the key matches.
[[nodiscard]] std::optional<std::string> example_repository(std::string_view stored);

}  // namespace kubelet
