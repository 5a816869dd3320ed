// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace explain {

/// Why the last pull of an image failed, according to the kubelet's status.
enum class pull_failure_kind : std::uint8_t {
    none,
    refused,       // the registry does not know the user, or the user may not pull this repository
    rate_limited,  // too many requests
    not_found,     // the registry answered that it has no such image
    unreachable,   // the registry did not answer: name, network, certificate
    other,
    never_pull,  // imagePullPolicy is Never, and the node has no copy that this Pod may use
};

/// Reads `reason` and `message` of a container's state.waiting. Searches the message, without the name of the
/// image, for words that runtimes and registries use.
[[nodiscard]] pull_failure_kind classify_pull_failure(std::string_view reason,
                                                      std::string_view message,
                                                      std::string_view image);

}  // namespace explain
