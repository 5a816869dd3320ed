// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/plan.hpp"

#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// The RegistryCredentials on whose account something is done to a Secret, as far as they live: those that
/// want it, else those that had it made.
[[nodiscard]] std::vector<std::string> names_behind(const cell_view& view);

/// The same in one word for a log; one that does not live any more as its Secret names it.
[[nodiscard]] std::string shown_names(const cell_view& view);

/// Whose status tells of the Secret: those that want it, and those that had it made and want it no more.
[[nodiscard]] std::set<std::string> concerned_by(const cell_view& view);

/// All that speak for or against the Secret, dead ones that it names included.
[[nodiscard]] std::set<std::string> all_names(const cell_view& view);

}  // namespace reconcile
