// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/contributors.hpp"
#include "reconcile/state/observed_secret.hpp"
#include "runtime/object_key.hpp"

#include <string_view>

namespace reconcile {

/// Names the labels and annotations that came from a secretTemplate, so that they can be taken away with it:
/// "labels=a,b;annotations=c".
inline constexpr std::string_view template_annotation = "regcred.dev/template";

/// The metadata that a copy is to have: what others put on the present Secret stays, what is ours is as the
/// contributors say. ownerReferences to all of them when every one says Delete, else the annotation
/// in their place: with one Retain among them the garbage collector must not take the copy at the last Delete
/// owner's end. `present` is null for a new copy. `contributors` is not empty.
[[nodiscard]] kube::object_meta desired_metadata(const runtime::object_key& key,
                                                 const contributor_list& contributors,
                                                 const kube::object_meta* present);

/// Whether a copy's metadata is already what is desired (its identity and version apart).
[[nodiscard]] bool same_metadata(const kube::object_meta& a, const kube::object_meta& b);

}  // namespace reconcile
