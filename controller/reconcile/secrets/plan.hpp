// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/metadata.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace reconcile {

/// Whose a Secret is.
enum class ownership {
    absent,
    ours,
    foreign,  // all else: never written (but for Adopt), never deleted
};

/// An ownerReference to a RegistryCredential makes it ours, even if that object is gone: the garbage
/// collector is about to take it. The annotation does so only while an object with that UID lives: a retained
/// copy belongs to nobody after it.
[[nodiscard]] ownership judge(const observed_secret* present,
                              const std::function<bool(const std::string& uid)>& is_live);

/// What is to be delivered to a cell.
struct desired_secret {
    std::shared_ptr<const util::secret_bytes> document;  // null: no contributor has anything to deliver
    util::keyed_digest digest{};
    std::string fault;  // why entries that are known cannot be delivered: together they are too large
    bool complete =
        true;  // false: a contributor's sources cannot be read, and what they gave last is not known
};

/// Everything that the decision about a cell depends on.
struct cell_view {
    cell where;
    bool namespace_usable = false;                   // it exists and is not terminating
    std::shared_ptr<const observed_secret> present;  // null: absent
    ownership owner = ownership::absent;
    contributor_list contributors;  // empty: nobody wants a Secret here
    contributor_list owners;        // that the Secret which is there names, as far as they live
    desired_secret desired;
    bool is_source = false;    // a RegistryCredential reads its credentials from this very Secret
    bool suspended = false;    // a contributor or an owner says spec.suspend
    bool owner_going = false;  // a live owner has a deletionTimestamp: its end decides
    bool replacement_pending =
        false;  // an owner wants another name here now, and that Secret is not right yet
};

enum class action : std::uint8_t { none, create, update, recreate, remove };

struct plan {
    action what = action::none;
    bool adopts = false;      // the Secret was foreign
    std::string_view reason;  // of the condition, when the cell stays wrong by decision; empty otherwise
    std::string message;
};

/// plan(observed, desired). Pure.
[[nodiscard]] plan decide(const cell_view& view);

}  // namespace reconcile
