// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// The repository of an image, as the kubelet compares it with the keys of credentials: without tag and
/// digest, nginx as docker.io/library/nginx, index.docker.io as docker.io. Nothing when the image's name is
/// not valid (InvalidImageName).
[[nodiscard]] std::optional<std::string> repository_of(std::string_view image);

/// Whether a repository is in the default registry for the kubelet, which then also tries the credentials of
/// index.docker.io. It counts localhost without a port.
[[nodiscard]] bool is_of_default_registry(std::string_view repository) noexcept;

}  // namespace kubelet
