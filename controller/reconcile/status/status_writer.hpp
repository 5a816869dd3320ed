// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/pull_failures/pull_watcher.hpp"
#include "reconcile/safety/admission_checker.hpp"
#include "reconcile/safety/deletion_approvals.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/service_accounts/service_account_state.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/event_aggregator.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/log/log.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace reconcile {

/// Writes the status of a RegistryCredential if it differs, at most once a second for each object. Logs each
/// change of a condition, and emits Events.
class status_writer {
 public:
    static constexpr runtime::duration between_writes = std::chrono::seconds(1);  // of one object

    /// What the writer needs; all of it outlives the workers.
    struct services {
        kube::client& client;
        cluster_state& state;
        const service_account_state& accounts;
        const pull_watcher& pulls;
        work_queues& queues;
        const admission_checker& admission;
        event_aggregator& writes;
        runtime::event_recorder& events;
        const runtime::logger& log;
        runtime::wall_clock clock;
        const deletion_approvals* approvals;  // null: none is needed
        std::function<bool()> works;  // whether work has begun: before that, nothing is known of the results
    };

    explicit status_writer(services services);

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> reconcile(runtime::object_key key);

 private:
    [[nodiscard]] v1alpha1::registry_credential_status status_of(
        const v1alpha1::registry_credential& object) const;
    [[nodiscard]] boost::asio::awaitable<runtime::outcome> handle_refusal(std::string name,
                                                                          kube::error error);
    void log_changes(const v1alpha1::registry_credential& object,
                     const v1alpha1::registry_credential_status& status) const;
    /// Tells of the writes, and of all Secrets together once each has a result. Returns when to look again.
    [[nodiscard]] runtime::outcome emit_events(const v1alpha1::registry_credential& object,
                                               const v1alpha1::registry_credential_status& status);
    /// Takes what was written, unless it is to be told later.
    [[nodiscard]] std::vector<credential_event> collect_writes(const std::string& name,
                                                               const sync_rest& rest);

    services services_;
    quorum_reader reader_;
    repeat_limit<std::string> pacing_{between_writes};  // by name
};

}  // namespace reconcile
