// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/claims.hpp"

#include <algorithm>

namespace reconcile {

std::optional<std::size_t> claims::add(const registry_key& key, std::size_t claimant) {
    const auto [at, is_new] = claimants_.try_emplace(std::string{key.claim()}, claimant);
    if (is_new) return std::nullopt;
    return at->second;
}

void sort_by_key(std::vector<registry_entry>& entries) {
    std::ranges::sort(
        entries, {}, [](const registry_entry& entry) -> const std::string& { return entry.key.written(); });
}

}  // namespace reconcile
