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

/// A namespace with Pods that no node runs, and somebody who asks why their images cannot be pulled. What is
/// made here is removed at the end, and every answer is searched for the canary.
class question {
 public:
    question();
    ~question();
    question(const question&) = delete;
    question& operator=(const question&) = delete;

 protected:
    [[nodiscard]] const std::string& ns() const noexcept { return namespace_; }
    /// What is cluster-scoped is named so: ROLE-NAMESPACE.
    [[nodiscard]] std::string named(const std::string& role) const { return role + "-" + namespace_; }
    void add_secret(const json& secret);
    /// A docker config with one login, whose password is the canary.
    void add_login(const std::string& name, const std::string& registry, const std::string& user = "alice");
    /// A RegistryCredential; no controller runs.
    json add_credential(const std::string& role, const json& spec);
    /// `secrets` are its imagePullSecrets; with none the ServiceAccount decides.
    void add_pod(const std::string& name,
                 const std::vector<std::string>& images,
                 const std::vector<std::string>& secrets = {});
    /// What a kubelet would report of the container of the first image.
    void set_state(const std::string& pod, const json& state);
    /// The ServiceAccount `name`, which may do what the rules say in this namespace and nothing else.
    std::string add_tenant(const std::string& name, const json& rules);

    /// Runs 'explain pod' with the administrator's kubeconfig, or another.
    command_output ask(const std::vector<std::string>& arguments, const std::string& kubeconfig = {});
    command_output ask_about(const std::string& pod, const std::string& kubeconfig = {});

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
