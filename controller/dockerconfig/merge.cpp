// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/merge.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace dockerconfig {

std::optional<std::size_t> claims::add(const registry_key& key, std::size_t claimant) {
    const auto [claim, is_new] = claimants_.try_emplace(key.claim(), claimant);
    if (is_new || claim->second == claimant) return std::nullopt;
    return claim->second;
}

void registry_set::add(const registry_key& key) {
    claims_.insert(key.claim());
}

void registry_set::add(std::span<const registry_entry> entries) {
    for (const auto& entry : entries)
        add(entry.key);
}

bool registry_set::contains(const registry_key& key) const {
    return claims_.contains(key.claim());
}

void sort_by_key(std::vector<registry_entry>& entries) {
    std::ranges::sort(
        entries, {}, [](const registry_entry& entry) -> const std::string& { return entry.key.written(); });
}

std::optional<duplicate_registry> find_duplicate(std::span<const source_entries> sources) {
    claims taken;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        for (const auto& entry : sources[i].entries) {
            const auto first = taken.add(entry.key, i);
            if (!first) continue;
            return duplicate_registry{
                *first,
                i,
                source_error{source_fault::duplicate_registry,
                             "registry \"" + entry.key.written() + "\" is in two sources, Secret \"" +
                                 sources[*first].secret_name + "\" and Secret \"" + sources[i].secret_name +
                                 "\": exclude it from one of them with `registries`, or remove one source"}};
        }
    }
    return std::nullopt;
}

std::vector<registry_entry> combine_sources(std::span<const source_entries> sources) {
    std::vector<registry_entry> combined;
    for (const auto& source : sources)
        combined.insert(combined.end(), source.entries.begin(), source.entries.end());
    sort_by_key(combined);
    return combined;
}

merged_entries merge(std::span<const std::vector<registry_entry>> contributors) {
    merged_entries merged;
    claims taken;
    for (std::size_t i = 0; i < contributors.size(); ++i) {
        for (const auto& entry : contributors[i]) {
            if (const auto winner = taken.add(entry.key, i)) {
                merged.conflicts.push_back({i, *winner, entry.key});
            } else {
                merged.entries.push_back(entry);
            }
        }
    }
    sort_by_key(merged.entries);
    std::ranges::sort(
        merged.conflicts, {}, [](const registry_conflict& c) { return std::tie(c.loser, c.key.written()); });
    return merged;
}

}  // namespace dockerconfig
