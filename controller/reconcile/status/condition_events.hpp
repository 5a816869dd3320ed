// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/condition.hpp"
#include "reconcile/state/event_aggregator.hpp"

#include <vector>

namespace reconcile {

/// The Events for a change of conditions: a warning for each condition that reports a new problem or another
/// reason, a normal Event when Ready turns True.
[[nodiscard]] std::vector<credential_event> condition_events(const std::vector<kube::condition>& before,
                                                             const std::vector<kube::condition>& after);

}  // namespace reconcile
