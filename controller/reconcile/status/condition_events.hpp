// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/condition.hpp"
#include "reconcile/state/event_aggregator.hpp"

#include <vector>

namespace reconcile {

/// The Events that a change of conditions leads to: a warning for each condition that turned bad or has
/// another reason, a normal one when Ready turns True.
[[nodiscard]] std::vector<credential_event> condition_events(const std::vector<kube::condition>& before,
                                                             const std::vector<kube::condition>& after);

}  // namespace reconcile
