// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/reconcile_fsm.hpp"
#include "reconcile/safety/removal_reads.hpp"
#include "reconcile/state/contributors.hpp"
#include "reconcile/state/observed_service_account.hpp"
#include "reconcile/state/result_table.hpp"
#include "runtime/object_key.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// The desired state of the entry for one Secret name in imagePullSecrets of one ServiceAccount.
enum class entry_goal : std::uint8_t {
    unlisted,           // no RegistryCredential wants it: if regcred added it, it is removed
    listed,             // a RegistryCredential wants it
    released,           // none wants it, and its Secret was retained: it stays, and is no longer regcred's
    undecided,          // an object that is being deleted, or whose spec cannot be read, may want it: wait
    suspended_add,      // only objects with spec.suspend want it
    suspended_removal,  // none wants it, but it may have been added for an object with spec.suspend
    held,               // none wants it, but the deletion guard holds it
};

struct pull_secret_entry {
    std::string secret_name;
    entry_goal goal = entry_goal::unlisted;
    std::string suspended_by;  // of suspended_add and suspended_removal: the RegistryCredential's name
    /// Of unlisted: each RegistryCredential that wanted the entry no longer does since its spec was changed,
    /// or is gone.
    bool asked_for = false;
};

/// Everything that the decision about a ServiceAccount depends on.
struct service_account_view {
    runtime::object_key key;
    bool namespace_usable = false;                            // it exists and is not terminating
    std::shared_ptr<const observed_service_account> present;  // null: absent
    std::vector<pull_secret_entry> entries;  // one for each Secret name of the install_scope, and no other
    contributor_list wanting;                // RegistryCredentials that want an entry here
    contributor_list others;  // that use a Secret name which is recorded here, and want no entry here
    contributor_list losing;  // those of them that may have wanted one before: see may_lose_entry()
};

struct service_account_plan {
    bool patch = false;
    std::vector<std::string> listed;  // imagePullSecrets after it
    std::vector<std::string> added;   // the annotation's names after it
    std::vector<std::string> gains;   // names that it adds …
    std::vector<std::string> losses;  // … and removes
    std::string_view reason;          // why the ServiceAccount is left out of sync on purpose; else empty
    std::string message;
    std::string secret_name;  // the Secret name that the reason is about; empty: all of them
};

/// Pure. Other writers' entries keep their order; added entries go to the end. An entry that another writer
/// listed is never removed, and an added one is removed once, however often it is listed.
[[nodiscard]] service_account_plan decide(const service_account_view& view);

/// The view in which the entries are held that would be removed without being asked for.
[[nodiscard]] service_account_view with_removals_held(service_account_view view);

/// A hash of the entries that are wanted, and of the specs that want them.
[[nodiscard]] std::uint64_t desired_fingerprint(const service_account_view& view);

/// See facts_of() of a Secret. Pure.
[[nodiscard]] reconcile_facts facts_of(const service_account_view& view,
                                       const service_account_plan& plan,
                                       const result_record* known);

/// What is read from etcd before entries are removed: also each Secret whose entry goes, since with a
/// retained Secret the entry stays. Pure.
[[nodiscard]] removal_reads reads_before_removal(const service_account_view& view,
                                                 const service_account_plan& plan);

/// What to record of the RegistryCredentials that want an entry or may have wanted one, after `recorded`.
[[nodiscard]] selection_list account_selections_of(const service_account_view& view,
                                                   const selection_set& recorded);

/// "add", "remove" or "record": the label of a metric.
[[nodiscard]] std::string_view verb_of(const service_account_plan& plan) noexcept;

/// The names of the RegistryCredentials whose status shows a ServiceAccount: those that want an entry there,
/// and those that an entry may have been added for. With `secret_name` only those that use it.
[[nodiscard]] std::set<std::string> affected_credentials(const service_account_view& view,
                                                         const std::string& secret_name = {});
/// The names of those that may have wanted an entry which the deletion guard holds.
[[nodiscard]] std::set<std::string> held_credentials(const service_account_view& view);

}  // namespace reconcile
