// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/pull_failures/pull_report.hpp"
#include "reconcile/service_accounts/account_status.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// What is wrong with a RegistryCredential's sources; an empty reason: nothing.
struct source_verdict {
    std::string_view reason;
    std::string message;
};

/// All that the status of one RegistryCredential is made of.
struct credential_report {
    source_verdict sources;
    std::size_t source_count = 0;
    std::vector<std::string> registries;  // keys that it delivers, sorted
    bool name_allowed = true;             // spec.secretName is one of --secret-names
    std::string allowed_names;            // for the message: "regcred, team-pull"
    std::int64_t selected = 0;
    std::int64_t synced = 0;
    std::int64_t stuck = 0;  // Secrets that are to go, in namespaces that are not selected, and cannot
    std::vector<v1alpha1::namespace_failure> failures;  // all of both, sorted by namespace
    account_report accounts;
    pull_report pulls;
};

/// The status that `object` should have. Pure: conditions move from those it has now, `now` is RFC 3339.
[[nodiscard]] v1alpha1::registry_credential_status compute_status(const v1alpha1::registry_credential& object,
                                                                  const credential_report& report,
                                                                  const std::string& now);

}  // namespace reconcile
