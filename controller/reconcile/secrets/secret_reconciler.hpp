// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/contention.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/safety/result_recorder.hpp"
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/secrets/secret_writer.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/event_aggregator.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/queue/outcome.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

namespace reconcile {

/// Brings one Secret to its desired state: views it, plans and applies the plan until nothing is left to do,
/// or an operator must act, or the key must wait. It decides nothing itself: see decide() and reconcile_fsm.
class secret_reconciler {
 public:
    /// What the reconciler needs; all of it outlives the workers.
    struct services {
        kube::client& client;
        cluster_state& state;
        work_queues& queues;
        event_aggregator& events;
        deletion_guard& guard;
        guard_reader& guard_reads;
        const runtime::logger& log;
        runtime::counter_family& writes;  // labels: action, result
        runtime::counter_family& drift;   // labels: resource, cause
        runtime::wall_clock clock;
        std::function<void(const runtime::object_key&)> on_new_failure;  // see result_recorder
    };

    explicit secret_reconciler(services services);

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> reconcile(runtime::object_key key);

 private:
    /// What is planned for a Secret as it is known now.
    struct decision {
        secret_view view;
        secret_plan plan;
        std::vector<secret_plan> resumed;  // for each suspended one: as if it was not suspended
    };
    /// `content`: of the copy, if it has been read.
    [[nodiscard]] decision decide_now(const runtime::object_key& key,
                                      const copy_content& content,
                                      bool holds_removal);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> read_content(runtime::object_key key,
                                                                          copy_content& content);
    /// `drifted`: another writer has changed what was right.
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> write(const decision& now,
                                                                   const copy_content& content,
                                                                   bool drifted);
    /// After a write that succeeded.
    void record_write(const secret_view& view, const secret_plan& plan, bool drifted);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> send(const secret_view& view,
                                                                  secret_action action,
                                                                  const copy_content& content);
    /// `desired`: the fingerprint of what the view desires.
    void settle(const decision& now, std::uint64_t desired);
    void fail(const decision& now, cause problem);
    [[nodiscard]] std::vector<result_recorder::own_failure> own_failures_of(const decision& now) const;
    /// To record with the result.
    [[nodiscard]] selection_list selections_after(const secret_view& view) const;

    services services_;
    secret_writer writer_;
    quorum_reader reader_;
    result_recorder results_;
    contention repairs_;
    /// What was read of a copy before it was deleted to be created again, until it is: entries that must stay
    /// as they are may be in no other place.
    std::map<runtime::object_key, copy_content> recreated_;
};

}  // namespace reconcile
