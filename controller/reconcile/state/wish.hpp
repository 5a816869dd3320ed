// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/plan.hpp"

#include <cstdint>

namespace reconcile {

/// Stands for everything that a cell's Secret depends on but the Secret itself.
[[nodiscard]] std::uint64_t wish_of(const cell_view& view);

/// Stands for an object and its spec.
[[nodiscard]] std::uint64_t spec_of(const v1alpha1::registry_credential& object);

/// Stands for these objects and their specs, in any order; never 0.
[[nodiscard]] std::uint64_t specs_of(const contributor_list& objects);

/// Whether a user has asked for the removal of the view's Secret by what he did to a RegistryCredential: one
/// that the Secret names is gone, or its spec is another than when the Secret was last found right.
/// `specs_then` is specs_of() at that time; 0: not known.
[[nodiscard]] bool removal_is_asked_for(const cell_view& view, std::uint64_t specs_then);

}  // namespace reconcile
