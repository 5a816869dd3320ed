// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

/// Everything that the decision about one Secret depends on.
struct secret_view {
    runtime::object_key key;
    bool namespace_usable = false;                   // it exists and is not terminating
    std::shared_ptr<const observed_secret> present;  // null: absent
    ownership owner = ownership::absent;
    contributor_list contributors;  // empty: no RegistryCredential wants a Secret here
    contributor_list owners;        // RegistryCredentials that own the present Secret and exist
    desired_secret desired;
    bool is_source = false;          // a RegistryCredential reads its credentials from this very Secret
    std::string suspended_by;        // a contributor or owner with spec.suspend: true; empty: there is none
    bool owner_terminating = false;  // an owner has a deletionTimestamp: wait for its deletion
    bool replacement_pending =
        false;  // an owner wants another name here now, and that Secret is not synced yet
};

/// The view as of now.
[[nodiscard]] secret_view view_secret(cluster_state& state, const runtime::object_key& key);

/// A hash of everything that the desired Secret depends on.
[[nodiscard]] std::uint64_t desired_fingerprint(const secret_view& view);

/// The names of the RegistryCredentials that a write to the Secret is reported on: those that want it, else
/// its owners that exist.
[[nodiscard]] std::vector<std::string> acting_credentials(const secret_view& view);

/// The names of the RegistryCredentials whose status shows the Secret: those that want it, and its owners
/// that exist.
[[nodiscard]] std::set<std::string> affected_credentials(const secret_view& view);

/// The same and the owners that do not exist any more.
[[nodiscard]] std::set<std::string> all_credentials(const secret_view& view);

/// Whether an owner of the Secret does not exist any more.
[[nodiscard]] bool has_lost_owner(const secret_view& view);

}  // namespace reconcile
