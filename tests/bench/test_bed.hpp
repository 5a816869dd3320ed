// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.hpp"
#include "object_watch.hpp"
#include "objects.hpp"
#include "request_count.hpp"
#include "support/admin.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace bench {

/// Where things are.
struct setting {
    std::string admin_kubeconfig;
    std::filesystem::path controller;             // the program
    std::filesystem::path controller_kubeconfig;  // its ServiceAccount's
    std::filesystem::path audit_log;
    std::filesystem::path output;  // a folder for logs
};

/// A cluster with crds/ and deploy/ installed and nothing else, made ready: the namespaces are there, and the
/// cluster's own controllers are done with them.
class test_bed {
 public:
    test_bed(setting where, extent how_much);

    [[nodiscard]] const setting& where() const noexcept { return where_; }
    [[nodiscard]] const extent& how_much() const noexcept { return how_much_; }
    /// That the controller is to serve, all of them as "bench-*".
    [[nodiscard]] const std::vector<std::string>& namespaces() const noexcept { return namespaces_; }
    /// That it is not to serve.
    [[nodiscard]] const std::vector<std::string>& raw_namespaces() const noexcept { return raw_namespaces_; }
    /// Whom the copies belong to that the controller did not make: something that it takes no interest in.
    [[nodiscard]] const json& raw_owner() const noexcept { return raw_owner_; }
    [[nodiscard]] harness::admin& admin() noexcept { return admin_; }
    [[nodiscard]] object_watch& watch() noexcept { return watch_; }        // of the copies
    [[nodiscard]] object_watch& accounts() noexcept { return accounts_; }  // of the default ServiceAccounts
    /// The ServiceAccounts of these namespaces, as they were seen last, in that order.
    [[nodiscard]] std::vector<kube::object_meta> accounts_in(const std::vector<std::string>& namespaces);
    /// Of the controller.
    [[nodiscard]] request_counter& requests() noexcept { return requests_; }

    /// Every copy that exists, in bulk; returns once all are seen to be gone.
    void remove_copies();

 private:
    void create_namespaces(const std::vector<std::string>& names);
    void await_namespace_defaults();
    void await_garbage_collector();

    setting where_;
    extent how_much_;
    std::vector<std::string> namespaces_;
    std::vector<std::string> raw_namespaces_;
    harness::admin admin_;
    json raw_owner_;
    object_watch watch_;
    object_watch accounts_;
    request_counter requests_;
};

}  // namespace bench
