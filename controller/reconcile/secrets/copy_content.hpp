// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"
#include "dockerconfig/merge.hpp"
#include "kube/api/secret.hpp"
#include "reconcile/state/desired_secret.hpp"
#include "reconcile/state/source_resolver.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// What a copy holds. It is read only where entries must stay as they are: no data of copies is kept.
struct copy_content {
    std::string resource_version;
    bool readable = false;                              // it is a docker config
    std::vector<dockerconfig::registry_entry> entries;  // those that are usable
    entry_origins origins;                              // empty: not recorded
    std::set<std::string> owners;                       // their UIDs
};

[[nodiscard]] copy_content read_content(const kube::secret& copy);

/// The value of entries_annotation; empty: there is none.
[[nodiscard]] std::string_view record_of(const kube::object_meta& copy);

/// The names of the sources of the entries that one RegistryCredential gave.
[[nodiscard]] source_names sources_of(const entry_origins& origins, const std::string& uid);

/// Adds to `given` the entries of the copy that an owner gave and whose source is not known now. An entry of
/// a source that is no longer in the spec stays while one that replaces it may not be known: a mistake in the
/// name of a source removes no working login. Where the copy records no origins, an entry is the only
/// owner's; of several owners, it may be of each unless its registry is among those `delivered` now.
void keep_unknown(contribution& given,
                  const v1alpha1::registry_credential& owner,
                  const resolution& resolved,
                  const copy_content& content,
                  const dockerconfig::registry_set& delivered);

/// All entries of the copy that an owner gave; see keep_unknown().
[[nodiscard]] contribution keep_all(const std::string& uid,
                                    const copy_content& content,
                                    const dockerconfig::registry_set& delivered);

/// Whether keep_unknown() keeps each of these entries.
[[nodiscard]] bool all_unknown(const source_names& entries,
                               const v1alpha1::registry_credential& owner,
                               const resolution& resolved);

/// The sources that are not known, and for which none of these entries is kept.
[[nodiscard]] std::vector<v1alpha1::credential_source> lacking_sources(
    const source_names& entries, const v1alpha1::registry_credential& owner, const resolution& resolved);

}  // namespace reconcile
