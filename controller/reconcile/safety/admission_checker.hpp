// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/secret.hpp"
#include "kube/client/client.hpp"
#include "reconcile/safety/admission_check.hpp"
#include "reconcile/state/queues.hpp"
#include "runtime/log/log.hpp"
#include "runtime/object_key.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// Tries by dry run what the admission policies of deploy/ forbid, at the start and every few minutes.
class admission_checker {
 public:
    struct settings {
        std::string own_namespace;  // where the dry runs are: the policies protect it
        bool required = false;      // writes wait until the policy is enforced
        /// Names of copies: one that the policy does not allow is logged.
        std::vector<std::string> secret_names;
        /// A ServiceAccount of own_namespace that the controller may patch; nothing while no
        /// RegistryCredential asks for ServiceAccounts.
        std::function<std::optional<std::string>()> service_account;
        std::function<void()> checked;  // after each round
        std::function<void()> changed;  // after a round that brought news
    };

    /// What is given by reference outlives this.
    admission_checker(boost::asio::any_io_executor executor,
                      kube::client& client,
                      work_queues& queues,
                      const runtime::logger& log,
                      settings settings);

    /// Runs until stop().
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// One round of dry runs; run() calls it.
    [[nodiscard]] boost::asio::awaitable<void> check();
    void stop();

    /// Whether writes may begin: not before the first round if the policy is required.
    [[nodiscard]] bool may_begin() const noexcept { return checked_ || !settings_.required; }
    /// Whether the policies that matter now are known to be enforced.
    [[nodiscard]] bool enforced() const noexcept;
    /// Of the condition AdmissionPolicyEnforced of a RegistryCredential; an empty reason: nothing to report.
    [[nodiscard]] cause problem(bool asks_for_service_accounts) const;
    /// Whether Secrets wait until the policy is enforced.
    [[nodiscard]] bool blocks_secrets() const noexcept {
        return settings_.required && secrets_.check.state() != enforcement::enforced;
    }

    /// Whether this Secret or ServiceAccount must not be written now. Its key is queued again when the policy
    /// is enforced.
    [[nodiscard]] bool holds_secret(const runtime::object_key& key) { return holds(secrets_, key); }
    [[nodiscard]] bool holds_service_account(const runtime::object_key& key) {
        return holds(service_accounts_, key);
    }

 private:
    struct policy {
        admission_check check;
        runtime::object_queue& queue;
        std::set<runtime::object_key> held;
    };

    [[nodiscard]] boost::asio::awaitable<enforcement> try_secrets();
    /// Creates it in the own namespace, by dry run.
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::json>> try_secret(std::string name,
                                                                              kube::secret secret);
    [[nodiscard]] boost::asio::awaitable<enforcement> try_service_account(std::string name);
    /// Those of settings.secret_names that the policy is not known to allow.
    [[nodiscard]] boost::asio::awaitable<void> try_secret_names();
    void record_name(const std::string& name, name_verdict verdict);
    [[nodiscard]] bool holds(policy& policy, const runtime::object_key& key);
    /// Returns whether the state has changed.
    [[nodiscard]] bool record(policy& policy, enforcement result);

    kube::client& client_;
    const runtime::logger& log_;
    settings settings_;
    policy secrets_;
    policy service_accounts_;
    std::set<std::string> names_to_try_;
    std::set<std::string> names_logged_;
    bool patches_service_accounts_ = false;
    bool checked_ = false;
    bool stopped_ = false;
    runtime::wakeup due_;
};

}  // namespace reconcile
