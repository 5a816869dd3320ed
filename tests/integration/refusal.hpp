// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "support/admin.hpp"

#include <string>

namespace harness {

inline constexpr auto policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
inline constexpr auto bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";

/// What a policy does with Secrets in a request of this kind: "CREATE", "UPDATE".
[[nodiscard]] json rule_for(const std::string& operation);
/// A policy that refuses such a request where the CEL expression is true, and its binding.
[[nodiscard]] json policy_against(const std::string& name,
                                  const std::string& operation,
                                  const std::string& expression);
[[nodiscard]] json binding_of(const std::string& policy);

/// Waits until the controller's user may not create a Secret in `ns`, or may: admission and authorization
/// learn of changes a moment later than the storage.
void await_creates(admin& api, const std::string& ns, bool refused);

/// A role whose rules for one kind of object are taken away, until restore().
class denied_right {
 public:
    /// `path`: of the Role or ClusterRole; a rule with resourceNames stays.
    denied_right(admin& api, std::string path, const std::string& resource);
    void restore();

 private:
    admin& api_;
    std::string path_;
    json shipped_;
};

/// The one entry of status.failures.
[[nodiscard]] json only_failure(const json& credential);

}  // namespace harness
