// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario.hpp"
#include "support/fake_kubelet.hpp"

#include <string>
#include <vector>

namespace harness {

/// With Pods, and a kubelet that reports of them.
class pull_scenario : public scenario {
 protected:
    /// No Secret can be created in the namespace until the quota is removed, whose path is returned.
    std::string forbid_secrets(const std::string& ns);
    /// A RegistryCredential for these namespaces, with a login for quay.io. Waits until the controller
    /// watches Events.
    std::string add_watched_credential(const std::vector<std::string>& include);
    /// The condition says that no Pod fails.
    json await_healthy(const std::string& credential);
    /// The condition is True for that reason, and status.affectedPods are these: failing(), in any order.
    json await_failing(const std::string& credential,
                       const std::string& reason,
                       std::vector<std::string> pods);
    [[nodiscard]] static std::string message_of(const json& credential);

    fake_kubelet kubelet_{api()};
};

/// "NAMESPACE/POD REASON"
[[nodiscard]] std::string failing(const std::string& ns, const std::string& pod, const char* reason);

}  // namespace harness
