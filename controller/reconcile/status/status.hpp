// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/status/credential_report.hpp"

#include <string>

namespace reconcile {

/// The status that `object` should have. Pure: conditions move from those it has now, `now` is RFC 3339.
[[nodiscard]] v1alpha1::registry_credential_status compute_status(const v1alpha1::registry_credential& object,
                                                                  const credential_report& report,
                                                                  const std::string& now);

}  // namespace reconcile
