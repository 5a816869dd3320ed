// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/condition.hpp"
#include "reconcile/state/event_aggregator.hpp"

#include <vector>

namespace reconcile {

/// A condition whose status or reason has changed. One that was removed has the status "absent".
struct condition_change {
    bool warning = false;
    kube::condition now;
};

[[nodiscard]] std::vector<condition_change> condition_changes(const std::vector<kube::condition>& before,
                                                              const std::vector<kube::condition>& after);

/// The Events for a change of conditions: a warning for each condition that reports a new problem or another
/// reason, a normal Event when Ready turns True. A problem that two conditions report is one Event.
[[nodiscard]] std::vector<credential_event> condition_events(const std::vector<kube::condition>& before,
                                                             const std::vector<kube::condition>& after);

}  // namespace reconcile
