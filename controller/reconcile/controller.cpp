// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/controller.hpp"

#include "reconcile/controller_metrics.hpp"
#include "reconcile/pull_failures/pull_watcher.hpp"
#include "reconcile/queue_metrics.hpp"
#include "reconcile/safety/admission_checker.hpp"
#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/secrets/secret_reconciler.hpp"
#include "reconcile/service_accounts/service_account_controller.hpp"
#include "reconcile/snapshot.hpp"
#include "reconcile/state/event_aggregator.hpp"
#include "reconcile/status/credential_metrics.hpp"
#include "reconcile/status/status_writer.hpp"
#include "reconcile/status/tenant_notifier.hpp"
#include "reconcile/watches.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/task_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr std::size_t status_workers = 2;
/// For new namespaces and repairs, while a webhook hangs for all bulk work.
constexpr std::size_t reserved_workers = 2;
/// The kernel notices within 20 s that the API server is gone: not ready within a minute.
constexpr std::chrono::seconds cut_off_limit{30};

}  // namespace

class controller::parts {
 public:
    parts(const asio::any_io_executor& executor,
          kube::client& client,
          const runtime::logger& log,
          runtime::metrics_registry& metrics,
          settings settings)
        : log_(log),
          secret_workers_(settings.secret_workers),
          service_accounts_(settings.service_accounts),
          queues_(executor, settings.random),
          state_(std::move(settings.scope), queues_),
          event_writer_(client,
                        {.controller = "regcred.dev/controller", .instance = std::move(settings.instance)}),
          events_(executor, event_writer_, log, settings.clock),
          tenants_(executor, state_, events_),
          guard_reads_(executor, client, state_, guard_, queues_.secrets, log, "Secrets"),
          admission_(executor,
                     client,
                     queues_,
                     log,
                     {.own_namespace = state_.scope().own_namespace,
                      .required = settings.require_admission_policy,
                      .secret_names = state_.scope().secret_names,
                      .service_account = [this] { return account_to_try(); },
                      .checked = [this] { begin_if_synced(); },
                      .changed = [this] { state_.update_all_statuses(); }}),
          drift_(register_drift(metrics)),
          secrets_({.client = client,
                    .state = state_,
                    .queues = queues_,
                    .events = writes_,
                    .guard = guard_,
                    .guard_reads = guard_reads_,
                    .log = log,
                    .writes = metrics.counters("regcred_secret_writes_total",
                                               "Writes to Secrets, by action and result.",
                                               {"action", "result"}),
                    .drift = drift_,
                    .clock = settings.clock,
                    .on_new_failure = [this](const auto& secret) { tenants_.add(secret); }}),
          accounts_(executor,
                    client,
                    state_,
                    queues_,
                    writes_,
                    admission_,
                    log,
                    metrics,
                    drift_,
                    {.names = std::move(settings.service_accounts),
                     .random = settings.random,
                     .clock = settings.clock,
                     .approvals = settings.approve_deletions ? &approvals_ : nullptr}),
          pulls_(executor,
                 {.client = client,
                  .state = state_,
                  .queues = queues_,
                  .log = log,
                  .clock = settings.clock,
                  .random = settings.random}),
          statuses_({.client = client,
                     .state = state_,
                     .accounts = accounts_.state(),
                     .pulls = pulls_,
                     .queues = queues_,
                     .admission = admission_,
                     .writes = writes_,
                     .events = events_,
                     .log = log,
                     .clock = settings.clock,
                     .approvals = settings.approve_deletions ? &approvals_ : nullptr,
                     .works = [this] { return begun_; }}),
          watches_(executor,
                   client,
                   state_,
                   log,
                   settings.random,
                   {.on_change = [this] { begin_if_synced(); },
                    .on_copies_listed = [this](const auto& name) { accounts_.copies_listed(name); },
                    .on_rewind = settings.on_rewind}),
          tasks_(executor),
          clock_(settings.clock) {
        if (settings.approve_deletions) guard_reads_.require_approval(approvals_, state_.results());
        register_metrics(metrics);
    }

    void start() {
        watches_.start(tasks_);
        accounts_.start(tasks_);
        tasks_.spawn(events_.run());
        tasks_.spawn(tenants_.run());
        tasks_.spawn(guard_reads_.run());
        tasks_.spawn(admission_.run());
    }

    void lead() {
        leads_ = true;
        queues_.arrivals.lead(std::chrono::steady_clock::now());
        begin_if_synced();
    }

    asio::awaitable<bool> stop(runtime::duration limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        const auto left = [deadline] {
            return std::max(deadline - std::chrono::steady_clock::now(), runtime::duration::zero());
        };
        watches_.stop();
        accounts_.stop();
        pulls_.stop();
        bool ended = true;
        for (auto* queue : {&queues_.secrets, &queues_.service_accounts, &queues_.statuses}) {
            const bool queue_ended = co_await queue->stop(left());
            ended = ended && queue_ended;
        }
        guard_reads_.stop();
        admission_.stop();
        tenants_.stop();
        events_.stop();
        tasks_.cancel();
        const bool tasks_ended = co_await tasks_.join(left());
        const bool all_ended = ended && tasks_ended;
        co_return all_ended;
    }

    [[nodiscard]] bool ready(runtime::time_point now) const {
        return state_.can_begin() && state_.any_copies_synced() &&
               !runtime::all_failing_for(cut_off_limit, watches_.healths(), now);
    }

    [[nodiscard]] std::string explain() const { return watches_.explain(); }

    void log_snapshot() const {
        reconcile::log_snapshot(log_, state_, queues_, watch_reports(), std::chrono::steady_clock::now());
    }

 private:
    void begin_if_synced() {
        if (begun_ || !leads_) return;
        if (state_.must_report_fault()) start_statuses();
        if (!state_.can_begin() || !admission_.may_begin()) return;
        begun_ = true;
        queues_.runs.restart(std::chrono::steady_clock::now());
        log_.info("all caches synced; reconciling",
                  {{"namespaces", state_.namespaces().size()},
                   {"registrycredentials", state_.credentials().size()}});
        accounts_.begin();  // first: a Pod lists what its ServiceAccount listed when it was created
        queues_.secrets.start(
            secret_workers_,
            [this](runtime::object_key key) { return reconcile_secret(std::move(key)); },
            reserved_workers);
        start_statuses();
        state_.update_all_statuses();  // those that were written before show a fault alone
        pulls_.start(tasks_);
    }

    void start_statuses() {
        if (std::exchange(reports_, true)) return;
        queues_.statuses.start(
            status_workers, [this](runtime::object_key key) { return statuses_.reconcile(std::move(key)); });
    }

    asio::awaitable<runtime::outcome> reconcile_secret(runtime::object_key key) {
        if (admission_.holds_secret(key)) co_return runtime::outcome::done();
        co_return co_await secrets_.reconcile(std::move(key));
    }

    /// A ServiceAccount of the own namespace for the dry run of a patch; nothing: no RegistryCredential asks
    /// for ServiceAccounts.
    [[nodiscard]] std::optional<std::string> account_to_try() const {
        for (const auto& name : service_accounts_) {
            if (accounts_.state().asked_for(name)) return name == every_account ? "default" : name;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::vector<watch_report> watch_reports() const {
        std::vector<watch_report> reports;
        watches_.add_reports(reports);
        accounts_.add_reports(reports);
        reports.push_back(pulls_.report_on_watch());
        return reports;
    }

    void register_metrics(runtime::metrics_registry& metrics) {
        metrics.gauge_func("regcred_failing_watches", "Watches that have no connection now.", [this] {
            return static_cast<double>(accounts_.failing_watches() + watches_.failing());
        });
        register_work_metrics(metrics, queues_, guard_, admission_);
        register_state_metrics(metrics, state_);
        register_pull_metrics(metrics, pulls_);
        register_event_metrics(metrics, events_);
        register_queue_metrics(metrics, queues_);
        register_delivery_metrics(metrics, queues_);
        register_credential_metrics(metrics, state_, clock_);
        register_watch_metrics(metrics, [this] { return watch_reports(); }, clock_);
    }

    const runtime::logger& log_;
    std::size_t secret_workers_;
    std::vector<std::string> service_accounts_;  // names that may be changed
    bool leads_ = false;
    bool begun_ = false;
    bool reports_ = false;
    work_queues queues_;
    cluster_state state_;
    event_aggregator writes_;
    runtime::client_event_writer event_writer_;
    runtime::event_recorder events_;
    tenant_notifier tenants_;
    deletion_approvals approvals_;
    deletion_guard guard_;
    guard_reader guard_reads_;
    admission_checker admission_;
    runtime::counter_family& drift_;
    secret_reconciler secrets_;
    service_account_controller accounts_;
    pull_watcher pulls_;
    status_writer statuses_;
    watches watches_;
    runtime::task_group tasks_;
    runtime::wall_clock clock_;
};

controller::controller(asio::any_io_executor executor,
                       kube::client& client,
                       const runtime::logger& log,
                       runtime::metrics_registry& metrics,
                       settings settings)
    : parts_(std::make_unique<parts>(executor, client, log, metrics, std::move(settings))) {}

controller::~controller() = default;

void controller::start() {
    parts_->start();
}

void controller::lead() {
    parts_->lead();
}

asio::awaitable<bool> controller::stop(runtime::duration limit) {
    co_return co_await parts_->stop(limit);
}

bool controller::ready(runtime::time_point now) const {
    return parts_->ready(now);
}

std::string controller::explain() const {
    return parts_->explain();
}

void controller::log_snapshot() const {
    parts_->log_snapshot();
}

}  // namespace reconcile
