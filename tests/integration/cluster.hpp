// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"
#include "support/controller_process.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace harness {

inline constexpr auto controller_user = "system:serviceaccount:regcred-system:regcred-controller";

/// The Kubernetes that this program runs against, with crds/ and deploy/ installed. The controller runs here
/// as a process with a token of the ServiceAccount that deploy/ makes, so that it has the rights that are
/// shipped and no others.
class cluster {
 public:
    /// Installs at the first call. Throws, with what to do, outside a test cluster.
    static cluster& instance();

    [[nodiscard]] admin& api() noexcept { return api_; }
    [[nodiscard]] const std::filesystem::path& audit_file() const noexcept { return audit_file_; }
    /// The user is the ServiceAccount that deploy/ makes for the controller.
    [[nodiscard]] const std::filesystem::path& controller_kubeconfig() const noexcept {
        return controller_kubeconfig_;
    }
    [[nodiscard]] std::unique_ptr<controller_process> start_controller(const std::string& secret_names,
                                                                       const std::string& service_accounts,
                                                                       const std::string& log_name,
                                                                       std::vector<std::string> more_flags);
    /// The garbage collector learns of a new kind of owner only when it looks for new kinds, every 30 s:
    /// until then it takes nothing that a RegistryCredential owns.
    void await_garbage_collector();
    /// Applies deploy/ again: what a scenario took away is there again. Where the API server does not serve
    /// ValidatingAdmissionPolicies, the policies of deploy/ are missing.
    static void install();
    [[nodiscard]] bool serves_admission_policies();
    /// Ends every watch.
    static void restart_api_server();
    /// Keeps a copy of etcd's data, in place of the last one. Ends every watch.
    void save_etcd() const;
    /// The data are those that save_etcd() kept, as after a restore from a backup: resourceVersions go back.
    void restore_etcd() const;
    /// etcd forgets what was before this revision, which is what a resourceVersion is.
    static void compact(const std::string& revision);

 private:
    cluster();

    std::filesystem::path output_;
    std::filesystem::path controller_kubeconfig_;
    admin api_;
    std::filesystem::path audit_file_;
    bool collector_knows_us_ = false;
};

/// While it lives, Kubernetes' own controllers are stopped: what is removed, the controller under test
/// removes.
class paused_controller_manager {
 public:
    paused_controller_manager();
    ~paused_controller_manager();
    paused_controller_manager(const paused_controller_manager&) = delete;
    paused_controller_manager& operator=(const paused_controller_manager&) = delete;
};

/// Applies deploy/ again at its end, whatever the test changed of it.
struct restored_install {
    restored_install() = default;
    ~restored_install() { cluster::install(); }
    restored_install(const restored_install&) = delete;
    restored_install& operator=(const restored_install&) = delete;
};

}  // namespace harness
