// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cluster_state.hpp"
#include "runtime/metrics/metrics.hpp"

namespace reconcile {

/// For each RegistryCredential and each of its conditions the labels name, type and status, and the value 1.
[[nodiscard]] runtime::metrics_registry::samples condition_samples(const cluster_state& state);

}  // namespace reconcile
