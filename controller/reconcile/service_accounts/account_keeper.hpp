// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/service_accounts/accounts.hpp"
#include "reconcile/status/announcer.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/task_group.hpp"
#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The whole of the work on ServiceAccounts: their watches, their queue, their brake. It stands beside the
/// work on Secrets: neither waits for the other. What is given by reference outlives it.
class account_keeper {
 public:
    struct settings {
        std::vector<std::string> names;  // of ServiceAccounts that may be changed, or "*" alone
        std::size_t workers = 8;
        runtime::random_source random;
        runtime::wall_clock clock;
        world::mark_status mark_status;
    };

    account_keeper(boost::asio::any_io_executor executor,
                   kube::client& client,
                   world& model,
                   announcer& news,
                   const runtime::logger& log,
                   runtime::metrics_registry& metrics,
                   const settings& with);
    ~account_keeper();
    account_keeper(const account_keeper&) = delete;
    account_keeper& operator=(const account_keeper&) = delete;

    /// Starts the watches.
    void start(runtime::task_group& tasks);
    /// Starts the work, when the world knows all RegistryCredentials and namespaces.
    void begin();
    /// Takes no more work and waits for what runs. False if it has not ended within `limit`.
    [[nodiscard]] boost::asio::awaitable<bool> stop(runtime::duration limit);

    [[nodiscard]] const accounts& known() const;
    /// Watches that somebody needs and that have no connection now.
    [[nodiscard]] std::size_t failing_watches() const;

 private:
    class parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace reconcile
