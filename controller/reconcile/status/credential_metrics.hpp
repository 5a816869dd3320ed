// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cluster_state.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

namespace reconcile {

/// Metrics with the label `name` for each RegistryCredential, read from its status, so that the standby has
/// them too.
void register_credential_metrics(runtime::metrics_registry& metrics,
                                 const cluster_state& state,
                                 const runtime::wall_clock& clock);

/// When all that a RegistryCredential asks for was last known to be right: `now` while Ready is True, else
/// when it stopped being True, in seconds since 1970. 0 without a condition Ready.
[[nodiscard]] double last_success(const v1alpha1::registry_credential_status& status, runtime::wall_time now);

}  // namespace reconcile
