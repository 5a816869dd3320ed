// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"

#include <compare>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <tuple>
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

/// What one RegistryCredential selects. While it is the same, no user has asked in the spec that a namespace
/// loses its Secret.
struct recorded_selection {
    std::uint64_t object = 0;  // a hash of the UID
    std::uint64_t rules = 0;   // a hash of what decides in the spec
    /// With the same rules, so it does not count in a comparison.
    // The initializer lets designated ones leave it out.
    // NOLINTNEXTLINE(readability-redundant-member-init)
    std::shared_ptr<const v1alpha1::registry_credential> spec = nullptr;

    friend bool operator==(const recorded_selection& a, const recorded_selection& b) noexcept {
        return a.object == b.object && a.rules == b.rules;
    }
    friend auto operator<=>(const recorded_selection& a, const recorded_selection& b) noexcept {
        return std::tie(a.object, a.rules) <=> std::tie(b.object, b.rules);
    }
};
/// Sorted.
using selection_list = std::vector<recorded_selection>;
/// Shared, since thousands of objects are wanted by the same few. Null: not known.
using selection_set = std::shared_ptr<const selection_list>;

/// By spec.namespaces. Not by spec.secretName: a result for a Secret is about one name. Without `spec`.
[[nodiscard]] recorded_selection selection_of(const v1alpha1::registry_credential& object);
/// For a ServiceAccount: spec.secretName and spec.serviceAccounts count too.
[[nodiscard]] recorded_selection account_selection_of(const v1alpha1::registry_credential& object);

[[nodiscard]] selection_list selections_of(const contributor_list& objects);
[[nodiscard]] selection_list account_selections_of(const contributor_list& objects);

/// With a copy of each spec that holds the rules alone: to be kept for long.
[[nodiscard]] selection_list with_rules_alone(selection_list selections);

/// A spec of the object with the rules that are recorded, if it selects by others now. Null: it does not, or
/// none are recorded.
[[nodiscard]] const v1alpha1::registry_credential* spec_before_edit(const selection_set& recorded,
                                                                    const recorded_selection& now);

/// Whether rules of this object are recorded, those of now or others.
[[nodiscard]] bool is_recorded(const selection_set& recorded, const v1alpha1::registry_credential& object);

/// What to record after a result. Of `others`, which may still lose what they gave, the rules that were
/// recorded before still count; those of `wanting` are of now.
[[nodiscard]] selection_list merge_selections(selection_list wanting,
                                              const selection_list& others,
                                              const selection_set& recorded);

/// Mixes a value into a hash.
[[nodiscard]] std::uint64_t hash_combine(std::uint64_t seed, std::uint64_t value) noexcept;

/// Adds the objects' names.
void add_names(std::set<std::string>& names, const contributor_list& objects);

}  // namespace reconcile
