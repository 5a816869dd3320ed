// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/admission_checker.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/service_accounts/service_account_reconciler.hpp"
#include "reconcile/service_accounts/service_account_state.hpp"
#include "reconcile/service_accounts/service_account_watches.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/task_group.hpp"
#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace reconcile {

/// Everything for ServiceAccounts: state, watches, deletion guard and reconciler. Secrets and ServiceAccounts
/// do not wait for each other. What is given by reference outlives it.
class service_account_controller {
 public:
    struct settings {
        std::vector<std::string> names;  // of ServiceAccounts that may be changed, or every_account alone
        runtime::random_source random;
        runtime::wall_clock clock;
        deletion_approvals* approvals;  // null: what the deletion guard holds needs no approval
    };

    service_account_controller(boost::asio::any_io_executor executor,
                               kube::client& client,
                               cluster_state& state,
                               work_queues& queues,
                               event_aggregator& events,
                               admission_checker& admission,
                               const runtime::logger& log,
                               runtime::metrics_registry& metrics,
                               runtime::counter_family& drift,
                               const settings& settings);

    /// Starts the watches.
    void start(runtime::task_group& tasks);
    /// Starts the workers; to be called when the state is synced.
    void begin();
    /// Ends the watches and the guard's reads. The queue is stopped by its owner.
    void stop();

    [[nodiscard]] const service_account_state& state() const noexcept { return accounts_; }
    void copies_listed(const std::string& secret_name) { accounts_.copies_listed(secret_name); }
    /// How many watches have no connection now, of those that a RegistryCredential asks for.
    [[nodiscard]] std::size_t failing_watches() const { return watches_.failing(); }
    /// Of the watches that a RegistryCredential asks for.
    void add_reports(std::vector<watch_report>& to) const { watches_.add_reports(to); }

 private:
    [[nodiscard]] boost::asio::awaitable<runtime::outcome> reconcile(runtime::object_key key);
    void register_gauges(runtime::metrics_registry& metrics);

    work_queues& queues_;
    admission_checker& admission_;
    service_account_state accounts_;
    deletion_guard guard_;
    guard_reader guard_reads_;
    service_account_reconciler reconciler_;
    service_account_watches watches_;
};

}  // namespace reconcile
