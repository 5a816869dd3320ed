// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pull_failures.hpp"
#include "reconcile/pull_failures/pull_report.hpp"
#include "reconcile/state/world.hpp"

#include <string>
#include <string_view>

namespace reconcile {

/// Judges Pods that fail for want of a Secret by what is known of their cells. No I/O; what it is given
/// outlives it.
class pull_reporter {
 public:
    pull_reporter(world& model, const pull_failures& failures) : model_(model), failures_(failures) {}

    [[nodiscard]] pull_report report(const v1alpha1::registry_credential& object, hearing events) const;
    /// Whether some RegistryCredential uses this name, and it is one that the install allows.
    [[nodiscard]] bool in_use(std::string_view secret_name) const;
    /// Whether somebody wants a Secret there and there is none.
    [[nodiscard]] bool is_missing(const cell& at) const;

 private:
    [[nodiscard]] bool is_allowed(std::string_view secret_name) const;
    [[nodiscard]] pull_cell look(const v1alpha1::registry_credential& object,
                                 const kube::object_meta& home) const;
    [[nodiscard]] bool is_present(std::string_view namespace_name, const std::string& secret_name) const;
    [[nodiscard]] bool is_selected(const std::string& secret_name, const kube::object_meta& home) const;

    world& model_;
    const pull_failures& failures_;
};

}  // namespace reconcile
