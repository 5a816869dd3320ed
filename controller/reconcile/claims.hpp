// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/login.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace reconcile {

/// Who claims which registry: the first to come has it.
class claims {
 public:
    /// Nothing if `claimant` has the registry now, else who had it before.
    [[nodiscard]] std::optional<std::size_t> add(const registry_key& key, std::size_t claimant);

 private:
    std::map<std::string, std::size_t, std::less<>> claimants_;
};

/// By key as written, byte by byte.
void sort_by_key(std::vector<registry_entry>& entries);

}  // namespace reconcile
