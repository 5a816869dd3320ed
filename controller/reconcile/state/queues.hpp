// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/namespace_arrivals.hpp"
#include "reconcile/state/sync_runs.hpp"
#include "runtime/backoff.hpp"
#include "runtime/queue/worker_pool.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

/// The keys that must be reconciled: the state adds them, the reconcilers take them. And since when what
/// users wait for is due.
struct work_queues {
    work_queues(const boost::asio::any_io_executor& executor, const runtime::random_source& random)
        : secrets(executor, runtime::exponential_retry(std::chrono::milliseconds(100), random)),
          service_accounts(executor, runtime::exponential_retry(std::chrono::milliseconds(5), random)),
          statuses(executor, runtime::exponential_retry(std::chrono::milliseconds(100), random)) {}

    /// Queues the status of this RegistryCredential. Changes come in bursts: one write covers all changes
    /// within the delay.
    void update_status(const std::string& credential) {
        constexpr std::chrono::milliseconds delay{50};
        statuses.add_after({.namespace_name = {}, .name = credential}, delay);
    }

    void begin_sync(const std::string& credential, sync_cause cause) {
        runs.begin(credential, cause, std::chrono::steady_clock::now());
    }
    /// A new namespace waits for this Secret.
    void add_arrival(const runtime::object_key& secret) {
        arrivals.appeared(secret, std::chrono::steady_clock::now());
    }
    void finish_arrival(const runtime::object_key& secret, namespace_arrivals::result what) {
        arrivals.finished(secret, what, std::chrono::steady_clock::now());
    }

    runtime::object_queue secrets;
    runtime::object_queue service_accounts;
    runtime::object_queue statuses;  // of RegistryCredentials
    sync_runs runs;
    namespace_arrivals arrivals;
};

}  // namespace reconcile
