// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pull_failures.hpp"
#include "reconcile/pull_failures/pull_report.hpp"
#include "reconcile/state/cluster_state.hpp"

#include <string>
#include <string_view>

namespace reconcile {

/// Finds out from the state why Pods cannot read a pull Secret. No I/O; what it is given outlives it.
class pull_reporter {
 public:
    pull_reporter(const cluster_state& state, const pull_failures& failures)
        : state_(state), failures_(failures) {}

    [[nodiscard]] pull_report report(const v1alpha1::registry_credential& object,
                                     event_watch_state events) const;
    /// Whether a RegistryCredential uses this name, and this installation manages it.
    [[nodiscard]] bool in_use(std::string_view secret_name) const;
    /// Whether a RegistryCredential wants this Secret and it does not exist.
    [[nodiscard]] bool is_missing(const runtime::object_key& key) const;

 private:
    [[nodiscard]] pull_subject view(const v1alpha1::registry_credential& object,
                                    const kube::object_meta& namespace_meta) const;

    const cluster_state& state_;
    const pull_failures& failures_;
};

}  // namespace reconcile
