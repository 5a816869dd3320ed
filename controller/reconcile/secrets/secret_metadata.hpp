// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/contributors.hpp"
#include "reconcile/state/observed_secret.hpp"
#include "runtime/object_key.hpp"

#include <string_view>

namespace reconcile {

/// Lists the labels and annotations that came from a secretTemplate, so that they can be removed later:
/// "labels=a,b;annotations=c".
inline constexpr std::string_view template_annotation = "regcred.dev/template";

/// The document of a Secret that regcred keeps without its entries, since an object of another kind owns it.
inline constexpr std::string_view no_entries = R"({"auths":{}})";

/// The desired metadata of a copy, without written_as_annotation, which each write adds: what others put on
/// the present Secret stays, the rest follows the contributors. If all have deletionPolicy Delete, they
/// become ownerReferences. If one has Retain, the owner annotation is used instead: the garbage collector
/// must not delete the copy with the last Delete owner. `present` is null for a new copy. `kept`: owners of
/// the present copy that change nothing in it now (one that is suspended, for example): they stay owners, and
/// the labels and annotations of their templates stay as they are. `origins`: the value of
/// entries_annotation; empty: none. Without contributors and kept owners: what is left when regcred takes out
/// all that is its own.
[[nodiscard]] kube::object_meta desired_metadata(const runtime::object_key& key,
                                                 const contributor_list& contributors,
                                                 const kube::object_meta* present,
                                                 const contributor_list& kept = {},
                                                 std::string_view origins = {});

/// Whether labels, annotations and ownerReferences are the same.
[[nodiscard]] bool same_metadata(const kube::object_meta& a, const kube::object_meta& b);

}  // namespace reconcile
