// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_controller.hpp"

#include <utility>

namespace reconcile {

namespace {

constexpr std::size_t workers = 8;
constexpr std::size_t reserved_workers =
    2;  // for new ServiceAccounts, while a webhook hangs for all bulk work

}  // namespace

service_account_controller::service_account_controller(boost::asio::any_io_executor executor,
                                                       kube::client& client,
                                                       cluster_state& state,
                                                       work_queues& queues,
                                                       event_aggregator& events,
                                                       admission_checker& admission,
                                                       const runtime::logger& log,
                                                       runtime::metrics_registry& metrics,
                                                       runtime::counter_family& drift,
                                                       const settings& settings)
    : queues_(queues),
      admission_(admission),
      accounts_(state, settings.names, queues),
      guard_reads_(executor, client, state, guard_, queues.service_accounts, log, "ServiceAccounts"),
      reconciler_({.client = client,
                   .state = state,
                   .accounts = accounts_,
                   .queues = queues,
                   .events = events,
                   .guard = guard_,
                   .guard_reads = guard_reads_,
                   .log = log,
                   .writes = metrics.counters("regcred_service_account_writes_total",
                                              "Writes to ServiceAccounts, by action and result.",
                                              {"action", "result"}),
                   .drift = drift,
                   .clock = settings.clock}),
      watches_(std::move(executor), client, state, accounts_, log, settings.random) {
    if (settings.approvals != nullptr)
        guard_reads_.require_approval(*settings.approvals, accounts_.results());
    register_gauges(metrics);
}

void service_account_controller::start(runtime::task_group& tasks) {
    watches_.start(tasks);
    tasks.spawn(guard_reads_.run());
}

void service_account_controller::begin() {
    queues_.service_accounts.start(
        workers, [this](runtime::object_key key) { return reconcile(std::move(key)); }, reserved_workers);
}

boost::asio::awaitable<runtime::outcome> service_account_controller::reconcile(runtime::object_key key) {
    if (admission_.holds_service_account(key)) co_return runtime::outcome::done();
    co_return co_await reconciler_.reconcile(std::move(key));
}

void service_account_controller::stop() {
    watches_.stop();
    guard_reads_.stop();
}

void service_account_controller::register_gauges(runtime::metrics_registry& metrics) {
    metrics.gauge_func("regcred_failing_service_accounts",
                       "ServiceAccounts that are retried after a failure.",
                       [this] { return static_cast<double>(queues_.service_accounts.queue().failing()); });
    metrics.gauge_func("regcred_held_service_accounts",
                       "ServiceAccounts whose imagePullSecrets entry DeletionGuard does not remove yet.",
                       [this] { return static_cast<double>(guard_.held()); });
}

}  // namespace reconcile
