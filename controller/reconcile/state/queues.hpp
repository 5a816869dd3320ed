// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/backoff.hpp"
#include "runtime/queue/object_queue.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace reconcile {

/// The keys that must be reconciled: the state adds them, the reconcilers take them.
struct work_queues {
    work_queues(const boost::asio::any_io_executor& executor, const runtime::random_source& random)
        : secrets(executor, retry_within({std::chrono::milliseconds(100)}, random)),
          service_accounts(executor, runtime::default_retry_policy(random)),
          statuses(executor, retry_within({std::chrono::milliseconds(100)}, random)) {}

    /// Queues the status of this RegistryCredential. Changes come in bursts: one write covers all changes
    /// within the delay.
    void update_status(const std::string& credential) {
        constexpr std::chrono::milliseconds delay{50};
        statuses.add_after({.namespace_name = {}, .name = credential}, delay);
    }

    runtime::object_queue secrets;
    runtime::object_queue service_accounts;
    runtime::object_queue statuses;  // of RegistryCredentials

 private:
    /// Doubled up to five minutes, with jitter.
    static runtime::retry_policy retry_within(runtime::duration initial, runtime::random_source random) {
        const runtime::backoff_policy policy{
            .initial = initial, .cap = std::chrono::minutes(5), .jitter = 0.5};
        return [policy, random = std::move(random)](unsigned failures) {
            return runtime::backoff_delay(policy, failures, random());
        };
    }
};

}  // namespace reconcile
