// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/contributors.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <string>

namespace reconcile {

/// Whether spec.serviceAccounts names the ServiceAccount.
[[nodiscard]] bool names_account(const v1alpha1::registry_credential& object, const std::string& account);

/// Whether the RegistryCredential, which uses the name of this Secret and wants no entry in this
/// ServiceAccount, may have wanted the one that was added: it is `recorded`, or, where nothing is recorded,
/// the Secret names it as an owner. A Secret that names no owner may be what any of them asked to list; of
/// one that is gone (null) nothing tells who did. Pure.
[[nodiscard]] bool may_lose_entry(const v1alpha1::registry_credential& object,
                                  const std::string& account,
                                  const selection_set& recorded,
                                  const observed_secret* secret);

}  // namespace reconcile
