// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/state/world.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The whole of the controller's work over one connection to an API server: watches, work queues, events.
/// `client`, `log` and `metrics` outlive it.
class controller {
 public:
    struct settings {
        territory where;
        std::vector<std::string> service_accounts;  // names that may be changed, or "*" alone
        std::string instance;                       // names this process in Events
        std::size_t cell_workers = 16;              // requests that write Secrets at the same time
        runtime::random_source random;
        runtime::wall_clock clock;
    };

    controller(boost::asio::any_io_executor executor,
               kube::client& client,
               const runtime::logger& log,
               runtime::metrics_registry& metrics,
               settings with);
    ~controller();
    controller(const controller&) = delete;
    controller& operator=(const controller&) = delete;

    /// Starts the watches; work begins when every one of them has had a complete view.
    void start();
    /// Takes no more work and waits for what runs. False if it has not ended within `limit`.
    [[nodiscard]] boost::asio::awaitable<bool> stop(runtime::duration limit);

    /// Whether a complete view of everything has been had, and what is missing if not: one line for each
    /// watch that fails.
    [[nodiscard]] bool ready() const;
    [[nodiscard]] std::string explain() const;

 private:
    class parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace reconcile
