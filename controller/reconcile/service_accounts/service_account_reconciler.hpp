// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/contention.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/safety/result_recorder.hpp"
#include "reconcile/service_accounts/service_account_state.hpp"
#include "reconcile/service_accounts/service_account_writer.hpp"
#include "reconcile/state/event_aggregator.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/queue/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <set>
#include <string>

namespace reconcile {

/// Brings one ServiceAccount to its desired state, as secret_reconciler does with a Secret. It decides
/// nothing itself: see decide() and reconcile_fsm.
class service_account_reconciler {
 public:
    /// What the reconciler needs; all of it outlives the workers.
    struct services {
        kube::client& client;
        cluster_state& state;
        service_account_state& accounts;
        work_queues& queues;
        event_aggregator& events;
        deletion_guard& guard;
        guard_reader& guard_reads;
        const runtime::logger& log;
        runtime::counter_family& writes;  // labels: action, result
        runtime::counter_family& drift;   // labels: resource, cause
        runtime::wall_clock clock;
    };

    explicit service_account_reconciler(services services);

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> reconcile(runtime::object_key key);

 private:
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> write(const service_account_view& view,
                                                                   const service_account_plan& plan,
                                                                   bool drifted);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_back(runtime::object_key key);
    /// To record with the result.
    [[nodiscard]] selection_list selections_after(const service_account_view& view) const;
    /// `desired`: the fingerprint of what the view desires.
    void settle(const service_account_view& view, const service_account_plan& plan, std::uint64_t desired);
    /// `credentials`: whose status shows it.
    void fail(const service_account_view& view, cause problem, const std::set<std::string>& credentials);
    void record_events(const service_account_view& view, const service_account_plan& plan);

    services services_;
    service_account_writer writer_;
    quorum_reader reader_;
    result_recorder results_;
    contention repairs_;
};

}  // namespace reconcile
