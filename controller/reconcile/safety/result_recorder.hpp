// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/failure_log.hpp"
#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/reasons.hpp"
#include "reconcile/state/result_table.hpp"
#include "runtime/log/log.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// Records the results for Secrets or ServiceAccounts, and queues the status of each RegistryCredential that
/// shows them.
class result_recorder {
 public:
    /// What is given by reference outlives the recorder.
    struct services {
        result_table& results;
        work_queues& queues;
        runtime::object_queue& queue;  // of the objects themselves
        const runtime::logger& log;
        runtime::wall_clock clock;
        failure_log::messages out_of_sync;
        /// Called when an object fails for another reason than before; may be empty.
        std::function<void(const runtime::object_key&)> on_new_failure;
    };

    explicit result_recorder(services services)
        : services_(std::move(services)), failure_log_(services_.log, services_.out_of_sync) {}

    /// What one RegistryCredential must report of an object, besides or although it is up to date for the
    /// others.
    struct own_failure {
        cause problem;
        std::string credential;
    };

    /// The object stays out of sync for now. `credentials`: whose status shows that. `selections`: of those
    /// that want or own the object (see result_table).
    void failed(const runtime::object_key& key,
                cause problem,
                const std::set<std::string>& credentials,
                selection_list selections,
                runtime::time_point now,
                std::vector<own_failure> own_failures = {});
    /// The object is up to date. Returns whether that is new.
    bool synced(const runtime::object_key& key,
                std::uint64_t desired,
                selection_list selections,
                const std::set<std::string>& credentials,
                runtime::time_point now,
                std::vector<own_failure> own_failures = {});
    /// No RegistryCredential wants the object, and there is nothing to report.
    void unwanted(const runtime::object_key& key);
    /// The object is gone, or does not concern the controller.
    void forget(const runtime::object_key& key);
    /// Queues the statuses of these RegistryCredentials.
    void update_statuses(const std::set<std::string>& credentials) const;

 private:
    void update_statuses_of_failure(const runtime::object_key& key) const;
    /// As result_table keeps them; new ones are logged.
    [[nodiscard]] std::vector<failure> as_failures(const runtime::object_key& key,
                                                   std::vector<own_failure> own_failures,
                                                   runtime::time_point now);
    [[nodiscard]] failure as_failure(cause problem, std::vector<std::string> credentials) const;
    void requeue_same_failures(const std::string& reason, runtime::time_point now);

    services services_;
    failure_log failure_log_;
    repeat_limit<std::string> requeued_{std::chrono::seconds(1)};  // by reason: thousands recover together
};

}  // namespace reconcile
