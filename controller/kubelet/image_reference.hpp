// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// The repository that an image is pulled from, as the kubelet compares it with the keys of credentials:
/// without tag and digest, nginx as docker.io/library/nginx, index.docker.io as docker.io. Nothing when the
/// image's name is none (InvalidImageName).
[[nodiscard]] std::optional<std::string> repository_of(std::string_view image);

/// Whether the kubelet takes a repository for one of the default registry, whose credentials are those of
/// index.docker.io. Also localhost without a port is one to it.
[[nodiscard]] bool is_of_default_registry(std::string_view repository) noexcept;

}  // namespace kubelet
