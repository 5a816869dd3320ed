// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace dockerconfig {

/// Who claims which registry: the first claimant has it.
class claims {
 public:
    /// Nothing if `claimant` has the registry now, also under another spelling of it; else the claimant that
    /// has it.
    [[nodiscard]] std::optional<std::size_t> add(const registry_key& key, std::size_t claimant);

 private:
    std::map<std::string, std::size_t, std::less<>> claimants_;
};

/// Registries, however they are spelled.
class registry_set {
 public:
    void add(const registry_key& key);
    void add(std::span<const registry_entry> entries);
    [[nodiscard]] bool contains(const registry_key& key) const;

 private:
    std::unordered_set<std::string> claims_;
};

/// By key as written, byte by byte.
void sort_by_key(std::vector<registry_entry>& entries);

/// The entries of one source of a RegistryCredential, selected.
struct source_entries {
    std::string secret_name;
    std::vector<registry_entry> entries;
};

/// Two sources of one RegistryCredential that claim one registry.
struct duplicate_registry {
    std::size_t first;  // indices of the sources
    std::size_t second;
    source_error error;  // its message names the registry and both Secrets
};

/// The first pair; nothing if each registry is in one source.
[[nodiscard]] std::optional<duplicate_registry> find_duplicate(std::span<const source_entries> sources);

/// The entries of sources without a duplicate, sorted by key as written.
[[nodiscard]] std::vector<registry_entry> combine_sources(std::span<const source_entries> sources);

/// A claim that lost. Indices are those of the contributors given to merge().
struct registry_conflict {
    std::size_t loser;
    std::size_t winner;
    registry_key key;  // as the loser wrote it
    friend bool operator==(const registry_conflict&, const registry_conflict&) = default;
};

struct merged_entries {
    std::vector<registry_entry> entries;       // sorted by key as written
    std::vector<registry_conflict> conflicts;  // by loser, then by key
};

/// The entries of several RegistryCredentials, oldest first: the first to claim a registry has it, with all
/// its spellings of it.
[[nodiscard]] merged_entries merge(std::span<const std::vector<registry_entry>> contributors);

}  // namespace dockerconfig
