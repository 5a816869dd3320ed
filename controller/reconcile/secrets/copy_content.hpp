// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"
#include "kube/api/secret.hpp"
#include "reconcile/state/desired_secret.hpp"
#include "reconcile/state/source_resolver.hpp"

#include <set>
#include <string>
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

/// Adds to `given` the entries of the copy that an owner gave and whose source is not known now. An entry
/// without a recorded origin is the only owner's; of several owners, it may be of each unless a contribution
/// of `others` has it.
void keep_unknown(contribution& given,
                  const resolution& resolved,
                  const copy_content& content,
                  const std::vector<contribution>& others);

/// All entries of the copy that an owner gave.
[[nodiscard]] contribution keep_all(const std::string& uid,
                                    const copy_content& content,
                                    const std::vector<contribution>& others);

/// The sources that are not known, and of which `given` has no entry.
[[nodiscard]] std::vector<v1alpha1::credential_source> lacking_sources(const contribution& given,
                                                                       const resolution& resolved);

}  // namespace reconcile
