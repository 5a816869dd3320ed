// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cluster.hpp"
#include "objects.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

#include <string>
#include <vector>

namespace harness {

/// A namespace with Pods that no node runs, and 'explain pod' about them. Removes at the end what it created,
/// and searches every output for the canary.
class explain_fixture {
 public:
    explain_fixture();
    ~explain_fixture();
    explain_fixture(const explain_fixture&) = delete;
    explain_fixture& operator=(const explain_fixture&) = delete;

 protected:
    [[nodiscard]] const std::string& ns() const noexcept { return namespace_; }
    /// The name of a cluster-scoped object: ROLE-NAMESPACE.
    [[nodiscard]] std::string named(const std::string& role) const { return role + "-" + namespace_; }
    void add_secret(const json& secret);
    /// Adds a docker config with one login, whose password is the canary.
    void add_login(const std::string& name, const std::string& registry, const std::string& user = "alice");
    /// Adds a RegistryCredential; no controller runs.
    json add_credential(const std::string& role, const json& spec);
    /// `secrets` are its imagePullSecrets; without any, the API server takes those of the ServiceAccount.
    void add_pod(const std::string& name,
                 const std::vector<std::string>& images,
                 const std::vector<std::string>& secrets = {});
    /// Writes the state of the first container, as a kubelet would.
    void set_state(const std::string& pod, const json& state);
    /// Adds a ServiceAccount that has only these rights, in this namespace. Returns its kubeconfig.
    std::string add_tenant(const std::string& name, const json& rules);

    /// Runs 'explain pod' with the administrator's kubeconfig, or with another.
    command_output explain(const std::vector<std::string>& arguments, const std::string& kubeconfig = {});
    command_output explain_pod(const std::string& pod, const std::string& kubeconfig = {});

    [[nodiscard]] const temporary_folder& folder() const noexcept { return folder_; }
    [[nodiscard]] static std::string program();
    admin& api() noexcept { return cluster_.api(); }

 private:
    cluster& cluster_;
    temporary_folder folder_;
    std::string namespace_;
    std::vector<std::string> owned_;
};

}  // namespace harness
