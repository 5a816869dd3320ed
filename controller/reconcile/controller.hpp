// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The controller: watches, work queues, reconcilers and Events over one client.
/// `client`, `log` and `metrics` outlive it.
class controller {
 public:
    struct settings {
        install_scope scope;
        std::vector<std::string> service_accounts;  // names that may be changed, or "*" alone
        bool require_admission_policy = false;      // write only while the policies of deploy/ are enforced
        bool approve_deletions = false;   // what the deletion guard holds waits until it is approved
        std::string instance;             // names this process in Events
        std::size_t secret_workers = 16;  // requests that write Secrets at the same time
        runtime::random_source random;
        runtime::wall_clock clock;
        /// The API server's state went back in time: the process must end, since what it knows is of another
        /// history. Called again until it does.
        std::function<void()> on_rewind;
    };

    controller(boost::asio::any_io_executor executor,
               kube::client& client,
               const runtime::logger& log,
               runtime::metrics_registry& metrics,
               settings settings);
    ~controller();
    controller(const controller&) = delete;
    controller& operator=(const controller&) = delete;

    /// Starts the watches. The workers start after lead(), when each watch has had a complete list, or is one
    /// of Secrets that cannot be read: those are left alone until they can.
    void start();
    /// This process is the one that writes.
    void lead();
    /// Stops the queues and waits for what is running. False if that does not end within `limit`.
    [[nodiscard]] boost::asio::awaitable<bool> stop(runtime::duration limit);
    /// Whether each watch has had a complete list, except of Secrets that cannot be read while those of
    /// another name can, and not all watches have failed for long. explain(): a line for each that fails.
    [[nodiscard]] bool ready(runtime::time_point now) const;
    [[nodiscard]] std::string explain() const;
    /// Logs the queues, the watches and how many objects are known.
    void log_snapshot() const;

 private:
    class parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace reconcile
