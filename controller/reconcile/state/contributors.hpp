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

/// A hash of the UID and the generation; never 0.
[[nodiscard]] std::uint64_t spec_of(const v1alpha1::registry_credential& object);

/// spec_of() each, sorted.
[[nodiscard]] std::vector<std::uint64_t> specs_of(const contributor_list& objects);

/// Mixes a value into a hash.
[[nodiscard]] std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept;

/// Adds the objects' names.
void add_names(std::set<std::string>& names, const contributor_list& objects);

}  // namespace reconcile
