// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// RegistryCredentials that deliver to one Secret, in order of precedence: the oldest first, then by UID.
using contributor_list = std::vector<std::shared_ptr<const v1alpha1::registry_credential>>;

/// Whether `a` takes precedence over `b`.
[[nodiscard]] bool precedes(const kube::object_meta& a, const kube::object_meta& b) noexcept;

void sort_by_precedence(contributor_list& objects);

/// Both, in order of precedence.
[[nodiscard]] contributor_list in_order(const contributor_list& a, const contributor_list& b);

/// A hash of the UID and the generation, so of the whole spec.
[[nodiscard]] std::uint64_t spec_of(const v1alpha1::registry_credential& object);

/// A hash of the UID, spec.secretName and spec.namespaces: while it is the same, no user has asked in the
/// spec that a namespace loses its Secret.
[[nodiscard]] std::uint64_t selection_of(const v1alpha1::registry_credential& object);
/// The same for a ServiceAccount: spec.serviceAccounts counts too.
[[nodiscard]] std::uint64_t account_selection_of(const v1alpha1::registry_credential& object);

/// One of both of each object, sorted.
[[nodiscard]] std::vector<std::uint64_t> selections_of(const contributor_list& objects);
[[nodiscard]] std::vector<std::uint64_t> account_selections_of(const contributor_list& objects);

/// Mixes a value into a hash.
[[nodiscard]] std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept;

/// Adds the objects' names.
void add_names(std::set<std::string>& names, const contributor_list& objects);

}  // namespace reconcile
