// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/entry_losers.hpp"

#include "util/glob.hpp"

#include <algorithm>

namespace reconcile {

bool names_account(const v1alpha1::registry_credential& object, const std::string& account) {
    return std::ranges::any_of(object.service_accounts, [&account](const std::string& glob) {
        return util::glob_matches(glob, account);
    });
}

bool may_lose_entry(const v1alpha1::registry_credential& object,
                    const std::string& account,
                    const selection_set& recorded,
                    const observed_secret* secret) {
    if (recorded != nullptr) return is_recorded(recorded, object);
    if (secret == nullptr) return false;
    const auto owners = owners_of(secret->meta);
    const bool asks = names_account(object, account);
    if (owners.none()) return asks;
    // What a suspended one added stays as it was before its spec was changed.
    return owners.include(object.meta.uid) && (asks || object.suspend);
}

}  // namespace reconcile
