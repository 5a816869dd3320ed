// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/cell.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <memory>
#include <vector>

namespace reconcile {

inline constexpr std::string_view managed_by_label = "app.kubernetes.io/managed-by";
inline constexpr std::string_view managed_by_value = "regcred";
/// Names the labels and annotations that came from a secretTemplate, so that they can be taken away with it:
/// "labels=a,b;annotations=c".
inline constexpr std::string_view template_annotation = "regcred.dev/template";

/// RegistryCredentials that feed one cell, in order of precedence: the oldest first, then by UID.
using contributor_list = std::vector<std::shared_ptr<const v1alpha1::registry_credential>>;

/// Whether `a` goes before `b` wherever both claim the same thing.
[[nodiscard]] bool precedes(const kube::object_meta& a, const kube::object_meta& b) noexcept;

/// The metadata that the copy of a cell is to have: what others put on the present Secret stays, what is ours
/// is as the contributors say. ownerReferences to all of them when every one says Delete, else the annotation
/// in their place: with one Retain among them the garbage collector must not take the copy at the last Delete
/// owner's end. `present` is null for a new copy. `contributors` is not empty.
[[nodiscard]] kube::object_meta desired_metadata(const cell& where,
                                                 const contributor_list& contributors,
                                                 const kube::object_meta* present);

/// Whether a copy's metadata is already what is desired (its identity and version apart).
[[nodiscard]] bool same_metadata(const kube::object_meta& a, const kube::object_meta& b);

}  // namespace reconcile
