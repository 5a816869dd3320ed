// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace explain {

/// Why the last pull of an image failed, as far as the kubelet's status says it.
enum class pull_trouble : std::uint8_t {
    none,
    refused,      // by the registry: who asked is nobody to it, or may not pull this
    limited,      // too many pulls
    not_found,    // the registry answered, and has no such image
    unreachable,  // no answer of the registry: name, network, certificate
    other,
    never_pulled,  // imagePullPolicy Never, and the node does not have it for this Pod
};

/// From `reason` and `message` of a container's state.waiting. The message is only searched for words that
/// runtimes and registries use; `image` is taken out of it first.
[[nodiscard]] pull_trouble trouble_of(std::string_view reason,
                                      std::string_view message,
                                      std::string_view image);

}  // namespace explain
