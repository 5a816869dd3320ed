// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/pull_failures/pull_report.hpp"
#include "reconcile/safety/deletion_approvals.hpp"
#include "reconcile/service_accounts/service_account_status.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/reasons.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace reconcile {

/// Everything that the status of one RegistryCredential is computed from.
struct credential_report {
    cause source_fault;  // why the sources are not valid; an empty reason: they are
    std::vector<std::string> source_notes;
    std::size_t source_count = 0;
    /// Keys that it delivers, sorted: without those that older RegistryCredentials deliver to each selected
    /// namespace.
    std::vector<std::string> registries;
    bool name_allowed = true;   // spec.secretName is one of --secret-names
    std::string allowed_names;  // for the message: "regcred, team-pull"
    /// Why Secrets of this name, namespaces or RegistryCredentials are not seen; an empty reason: they are.
    cause watch_fault;
    std::int64_t selected = 0;
    std::int64_t synced = 0;
    std::int64_t stuck = 0;  // Secrets in namespaces that are not selected, which cannot be deleted
    std::vector<v1alpha1::namespace_failure> failures;  // all of both, sorted by namespace
    service_account_report accounts;
    pull_report pulls;
    cause policy_fault;            // an admission policy of deploy/ is not enforced; an empty reason: all are
    bool secrets_blocked = false;  // no Secret is written until it is
    needed_approval approval;      // of what the deletion guard holds
};

/// The report without `accounts`, `pulls` and what is known of admission policies.
[[nodiscard]] credential_report report_on(const cluster_state& state,
                                          const v1alpha1::registry_credential& object);

}  // namespace reconcile
