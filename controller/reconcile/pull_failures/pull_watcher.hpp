// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/pull_failures/look_schedule.hpp"
#include "reconcile/pull_failures/pull_event_watch.hpp"
#include "reconcile/pull_failures/pull_failures.hpp"
#include "reconcile/pull_failures/pull_reporter.hpp"
#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/watch_report.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/log/log.hpp"
#include "runtime/task_group.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>

namespace reconcile {

/// What the watcher needs from the rest of the program; all of it outlives the watcher.
struct pull_services {
    kube::client& client;
    cluster_state& state;
    work_queues& queues;
    const runtime::logger& log;
    runtime::wall_clock clock;
    runtime::random_source random;
};

/// Watches the kubelets' Events, gets the Pods that they are about, and queues the Secrets and statuses that
/// they concern. Nothing waits for it: without the RBAC rules, or without Events, all else goes on. It
/// decides nothing itself: see pull_failures, look_schedule and cause_of_pull_failure().
class pull_watcher {
 public:
    pull_watcher(boost::asio::any_io_executor executor, pull_services services);
    pull_watcher(const pull_watcher&) = delete;
    pull_watcher& operator=(const pull_watcher&) = delete;

    /// To be called when the state is synced: before that no name is known to be in use.
    void start(runtime::task_group& tasks);
    void stop();

    [[nodiscard]] pull_report report(const v1alpha1::registry_credential& object) const {
        return reporter_.report(object, events_state_);
    }
    [[nodiscard]] std::uint64_t events() const noexcept { return events_; }
    [[nodiscard]] std::size_t failing() const { return failures_.failing(); }
    [[nodiscard]] bool watches_events() const noexcept { return events_state_ == event_watch_state::open; }
    [[nodiscard]] watch_report report_on_watch() const { return report_on("events", events_watch_); }

 private:
    void restore(const v1alpha1::registry_credential& object);
    void take(const kube::json& object);
    void set_events_state(event_watch_state state);
    void requeue_missing_secret(const runtime::object_key& secret, runtime::time_point now);
    void queue_changed_statuses(const pull_failures::secret_names& secret_names, runtime::time_point now);
    void refresh_statuses(const std::string& secret_name, runtime::time_point now);
    [[nodiscard]] boost::asio::awaitable<void> look_at_pods();
    [[nodiscard]] boost::asio::awaitable<void> look_at(runtime::object_key pod);
    void pods_forbidden(runtime::time_point now);

    pull_services services_;
    pull_failures failures_;
    look_schedule looks_{failures_};
    pull_reporter reporter_;
    pull_event_source source_;
    pull_event_sink sink_;
    runtime::reflector events_watch_;
    runtime::wakeup due_;
    repeat_limit<runtime::object_key, runtime::object_key_hash> requeues_;
    repeat_limit<std::string> refreshes_;  // by Secret name
    event_watch_state events_state_ = event_watch_state::not_opened;
    std::uint64_t events_ = 0;
    bool stopped_ = false;
};

}  // namespace reconcile
