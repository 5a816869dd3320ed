// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"
#include "support/pull_table.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace e2e {

/// The cluster with its node, for tests that run in 'tests/cluster/cluster exec'.
class node {
 public:
    node();

    [[nodiscard]] harness::admin& api() noexcept { return api_; }
    /// Where containerd reads which server a registry's name stands for, at every pull.
    [[nodiscard]] const std::filesystem::path& registry_hosts() const noexcept { return registry_hosts_; }

    /// The namespace can take Pods when this returns.
    void create_namespace(const std::string& name);
    harness::api_answer create_secret(const std::string& namespace_name,
                                      const std::string& name,
                                      const harness::table_secret& secret);
    /// Of one container, always pulled, that ends at once when it is deleted.
    void create_pod(const std::string& namespace_name,
                    const std::string& name,
                    const std::string& image,
                    const std::vector<std::string>& secrets);
    /// The reason why its container waits, once that is because of the image; the text of timed_out is what
    /// its status is instead.
    [[nodiscard]] std::string await_waiting(const std::string& namespace_name, const std::string& name);
    /// Could the kubelet not read a Secret that the Pod names, when it pulled and failed? Its Events come
    /// after the status, one after the other; this waits for the one that it writes at its next look.
    [[nodiscard]] bool lacked_pull_secret(const std::string& namespace_name, const std::string& pod);

 private:
    harness::admin api_;
    std::filesystem::path registry_hosts_;
};

/// While it lives every registry, of whatever name, is the server on that port of 127.0.0.1.
class every_registry {
 public:
    every_registry(const node& of, std::uint16_t port);
    ~every_registry();
    every_registry(const every_registry&) = delete;
    every_registry& operator=(const every_registry&) = delete;

 private:
    std::filesystem::path hosts_;
    std::filesystem::path kept_;
};

}  // namespace e2e
