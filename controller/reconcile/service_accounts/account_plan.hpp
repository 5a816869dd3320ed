// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/metadata.hpp"
#include "reconcile/state/observed_account.hpp"
#include "runtime/object_key.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// A ServiceAccount: a namespace and a name.
using account = runtime::object_key;
using account_hash = runtime::object_key_hash;

/// What is to become of the entry for one Secret name in one ServiceAccount.
enum class entry_wish : std::uint8_t {
    unwanted,   // nobody wants it: if we added it, it is taken back
    wanted,     // it is to be listed
    left,       // nobody wants it, and its Secret was left there on purpose: it stays, and is nobody's
    undecided,  // an object that is being deleted wants it: its end decides
    not_added,  // only objects with spec.suspend want it
    not_taken,  // nobody wants it, but an object with spec.suspend may have had it added
    held,       // nobody wants it, but the mass-deletion brake holds it
};

struct pull_entry {
    std::string secret_name;
    entry_wish wish = entry_wish::unwanted;
};

/// Everything that the decision about a ServiceAccount depends on.
struct account_view {
    account where;
    bool namespace_usable = false;                    // it exists and is not terminating
    std::shared_ptr<const observed_account> present;  // null: absent
    std::vector<pull_entry> entries;  // one for each Secret name that the install allows, and no other
    contributor_list wanting;         // RegistryCredentials that want an entry here
    contributor_list others;          // that use a Secret name which is recorded here, and want no entry here
};

struct account_plan {
    bool patch = false;
    std::vector<std::string> listed;  // imagePullSecrets after it
    std::vector<std::string> added;   // the annotation's names after it
    std::vector<std::string> gains;   // names that are added by it …
    std::vector<std::string> losses;  // … and taken back
    std::string_view reason;          // when the ServiceAccount stays wrong by decision; empty otherwise
    std::string message;
    std::string about;  // the Secret name that this is about; empty: all of them
};

/// Pure. Other writers' entries stay as they are, in their order; ours go to the end. An entry that somebody
/// else has listed is not ours, and one that is ours is taken away once, however often it stands there.
[[nodiscard]] account_plan decide(const account_view& view);

/// Stands for what is wanted of a ServiceAccount, and by which specs.
[[nodiscard]] std::uint64_t wish_of(const account_view& view);

/// "team-a/default"
[[nodiscard]] std::string shown(const account& where);

}  // namespace reconcile
