// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/reasons.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace reconcile {

/// What the status of one RegistryCredential says about ServiceAccounts.
struct service_account_report {
    bool asked = false;         // the spec asks for any
    std::string not_allowed;    // the first of spec.serviceAccounts that no allowed name matches
    std::string allowed_names;  // for the message: "default, builder"
    std::string denied;         // the watch that RBAC denies: "serviceaccounts named default"
    bool unread = false;        // a watch that matters has had no complete list
    std::int64_t selected = 0;  // that are there, in selected namespaces
    std::int64_t patched = 0;
    std::vector<v1alpha1::namespace_failure> failures;  // sorted by namespace
};

/// The condition ServiceAccountsPatched; nothing when the spec asks for no ServiceAccounts and no removal
/// fails. Pure.
[[nodiscard]] std::optional<condition_value> service_accounts_condition(
    const v1alpha1::registry_credential& object,
    const service_account_report& report,
    bool secret_name_allowed);

}  // namespace reconcile
