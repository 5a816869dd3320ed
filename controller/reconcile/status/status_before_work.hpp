// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/cluster_state.hpp"

#include <string>

namespace reconcile {

/// The status that `object` should have while work cannot begin: the last one, with conditions that show
/// which watch has a fault; without a fault just the last one. Pure: `now` is RFC 3339.
[[nodiscard]] v1alpha1::registry_credential_status status_before_work(
    const v1alpha1::registry_credential& object, const cluster_state& state, const std::string& now);

}  // namespace reconcile
