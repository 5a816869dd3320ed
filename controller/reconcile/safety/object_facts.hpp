// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/reconcile_fsm.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/result_table.hpp"

namespace reconcile {

/// All facts about a Secret or a ServiceAccount: those of its view and plan, and what is known of its kind.
/// `results` and `queue`: of that kind.
template <class View, class Plan>
[[nodiscard]] reconcile_facts object_facts(const View& view,
                                           const Plan& plan,
                                           const result_table& results,
                                           const runtime::object_queue& queue) {
    auto facts = facts_of(view, plan, results.find(view.key));
    facts.objects = results.size();
    facts.failures = queue.queue().failures(view.key);
    return facts;
}

}  // namespace reconcile
