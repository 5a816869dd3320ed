// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "kube/api/object.hpp"
#include "kube/json.hpp"

#include <string_view>

namespace reconcile {

inline constexpr std::string_view opt_out_annotation = "regcred.dev/opt-out";

/// Whether a RegistryCredential selects a namespace, and if not, why not.
enum class selection {
    selected,
    terminating,       // nothing can be created there
    opted_out,         // the opt-out annotation overrides every rule
    excluded,          // a glob of namespaces.exclude matches
    system_namespace,  // and no literal name in namespaces.include asks for it
    not_included,      // no glob of namespaces.include matches
    labels_differ,     // namespaces.selector does not match
};

/// kube-system, kube-public, kube-node-lease and the controller's own namespace are selected by a literal
/// name only.
[[nodiscard]] bool is_system_namespace(std::string_view name, std::string_view own_namespace) noexcept;
[[nodiscard]] bool is_opted_out(const kube::object_meta& meta) noexcept;

/// Pure: depends on the rules and on the namespace's name, labels, opt-out annotation and deletion alone.
[[nodiscard]] selection select(const v1alpha1::namespace_selection& rules,
                               const kube::object_meta& meta,
                               std::string_view own_namespace);

/// Whether every RegistryCredential selects either both states of a namespace or neither.
[[nodiscard]] bool same_for_selection(const kube::object_meta& a, const kube::object_meta& b);

/// What is kept of a Namespace as the API server sends it: what select() asks for.
[[nodiscard]] kube::result<kube::namespace_object> decode_namespace(const kube::json& object);

}  // namespace reconcile
