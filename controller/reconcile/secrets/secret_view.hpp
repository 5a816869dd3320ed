// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/copy_content.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/contributors.hpp"
#include "reconcile/state/desired_secret.hpp"
#include "reconcile/state/observed_secret.hpp"
#include "runtime/object_key.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// A contributor of whose source the Secret has no entry, since the source was never readable.
struct lacking_source {
    std::shared_ptr<const v1alpha1::registry_credential> credential;
    v1alpha1::credential_source source;
};

/// Everything that the decision about one Secret depends on. Each RegistryCredential that wants the Secret or
/// owns it is in exactly one of the lists, or is suspended and has no part in it.
struct secret_view {
    runtime::object_key key;
    bool namespace_usable = false;                   // it exists and is not terminating
    std::shared_ptr<const observed_secret> present;  // null: absent
    ownership owner = ownership::absent;
    contributor_list contributors;  // that want the Secret and may change it
    contributor_list kept;          // owners whose entries stay as they are
    bool retains = false;           // the kept owners have been deleted, with deletionPolicy Retain
    contributor_list dropped;       // owners that exist and no longer want the Secret: their entries go
    contributor_list held;          // those of the kept ones that would be dropped
    contributor_list suspended;     // with spec.suspend: true, that want the Secret or own it
    std::set<std::string> unasked_losers;  // UIDs of dropped owners whose loss no spec asks for
    bool lost_owner = false;               // an owner no longer exists: its entries go
    bool unnamed_owner_lost = false;       // one of those is in the annotation, which has no names
    desired_secret desired;
    /// The entries to keep have been read from the copy, and are in `desired`.
    bool content_read = false;
    bool content_readable = false;  // it has been read, and is a docker config
    /// It is absent since it was deleted to be created again: its owners and the entries to keep are those
    /// that were read before.
    bool recreating = false;
    /// Where no contributor's source is known: each entry of the copy has a recorded origin, and stays.
    bool all_recorded_stay = false;
    std::vector<lacking_source> lacking;
    bool is_source = false;  // a RegistryCredential reads its credentials from this very Secret
};

struct view_options {
    const copy_content* content = nullptr;  // of the copy, if it has been read; ignored if it is outdated
    const copy_content* deleted =
        nullptr;                // of a copy that was deleted to be created again; ignored if it is
    bool keep_unasked = false;  // dropped owners are kept, unless a spec asks for their loss
    const v1alpha1::registry_credential* resumed = nullptr;  // as if this one was not suspended
};

/// The view as of now.
[[nodiscard]] secret_view view_secret(cluster_state& state,
                                      const runtime::object_key& key,
                                      const view_options& options = {});

/// Whether entries of the present Secret must stay as they are, so that its content must be known before it
/// is written.
[[nodiscard]] bool keeps_entries(const secret_view& view);

/// Whether a write takes an owner's entries out of the Secret. A foreign one has none, whomever it names.
[[nodiscard]] bool loses_entries(const secret_view& view);

/// What to record of the RegistryCredentials that want the Secret or own it, after `recorded`.
[[nodiscard]] selection_list selections_of(const secret_view& view, const selection_set& recorded);

/// A hash of everything that the desired Secret depends on.
[[nodiscard]] std::uint64_t desired_fingerprint(const secret_view& view);

/// The names of the RegistryCredentials that a write to the Secret is reported on: those that want it, else
/// its owners that exist.
[[nodiscard]] std::vector<std::string> acting_credentials(const secret_view& view);

/// The names of the RegistryCredentials whose status shows the Secret: those that want it, and its owners
/// that exist.
[[nodiscard]] std::set<std::string> affected_credentials(const secret_view& view);

/// The same and the owners that no longer exist, if their names are known.
[[nodiscard]] std::set<std::string> all_credentials(const secret_view& view);

}  // namespace reconcile
