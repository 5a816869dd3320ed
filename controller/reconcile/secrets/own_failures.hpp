// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/result_recorder.hpp"
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/secrets/secret_view.hpp"
#include "reconcile/state/cluster_state.hpp"

#include <vector>

namespace reconcile {

/// What the RegistryCredentials must report that have no part in the plan, or cannot give all of theirs: one
/// that is suspended while the plan as if it were not has something to write, and one whose entries are not
/// in the Secret, since a source was never readable, they do not fit, or the copy keeps those of an older
/// one. `resumed`: that plan for each of the view's suspended ones. Pure.
[[nodiscard]] std::vector<result_recorder::own_failure> own_failures(const cluster_state& state,
                                                                     const secret_view& view,
                                                                     const std::vector<secret_plan>& resumed);

}  // namespace reconcile
