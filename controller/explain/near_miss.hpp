// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kubelet/pull_keyring.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace explain {

/// Why an entry that looks as if it were meant for a repository does not match it, for a person, and what to
/// write instead: "the image has port 5000: write registry.example.com:5000". Nothing when it matches, or is
/// for another registry.
[[nodiscard]] std::optional<std::string> near_miss(const kubelet::pull_entry& entry,
                                                   std::string_view repository);

/// The key that a login for the registry of a repository is written under.
[[nodiscard]] std::string key_for(std::string_view repository);

}  // namespace explain
