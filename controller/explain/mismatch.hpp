// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kubelet/pull_keyring.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace explain {

/// Why an entry that seems meant for a repository does not match it, and what to write instead: "the image
/// uses port 5000; the entry has no port: write registry.example.com:5000". Nothing when the entry matches,
/// or is for another registry.
[[nodiscard]] std::optional<std::string> mismatch_reason(const kubelet::pull_entry& entry,
                                                         std::string_view repository);

/// The key for a login to a repository's registry, as for --docker-server.
[[nodiscard]] std::string registry_key_for(std::string_view repository);

}  // namespace explain
