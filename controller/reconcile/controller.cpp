// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/controller.hpp"

#include "reconcile/pull_failures/pull_watcher.hpp"
#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/secrets/cell_reconciler.hpp"
#include "reconcile/service_accounts/account_keeper.hpp"
#include "reconcile/status/status_writer.hpp"
#include "reconcile/watches.hpp"
#include "runtime/events/client_event_writer.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/queue/worker_pool.hpp"
#include "runtime/task_group.hpp"

#include <fmt/format.h>

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr std::size_t status_workers = 2;
/// Changes come in bursts: one write tells of all of them.
constexpr std::chrono::milliseconds status_delay{50};

/// A tenth of a second, doubled up to five minutes, with jitter.
runtime::retry_policy retry_soon(runtime::random_source random) {
    const runtime::backoff_policy policy{
        .initial = std::chrono::milliseconds(100), .cap = std::chrono::minutes(5), .jitter = 0.5};
    return [policy, random = std::move(random)](unsigned failures) {
        return runtime::backoff_delay(policy, failures, random());
    };
}

}  // namespace

class controller::parts {
 public:
    parts(const asio::any_io_executor& executor,
          kube::client& client,
          const runtime::logger& log,
          runtime::metrics_registry& metrics,
          settings with)
        : log_(log),
          workers_(with.cell_workers),
          model_(
              std::move(with.where),
              [this](const cell& at, runtime::lane where) { cells_.add(at, where); },
              [this](const std::string& name) { statuses_.add_after(name, status_delay); }),
          event_writer_(client,
                        {.controller = "regcred.dev/controller", .instance = std::move(with.instance)}),
          events_(executor, event_writer_, log, with.clock),
          cell_work_(cell_services{
              .client = client,
              .model = model_,
              .news = news_,
              .log = log,
              .writes = metrics.counters("regcred_secret_writes_total",
                                         "Writes of Secrets, by action and by how they ended.",
                                         {"action", "result"}),
              .clock = with.clock,
              .mark_cell = [this](const cell& at, runtime::lane where) { cells_.add(at, where); },
              .mark_status = [this](const std::string& name) { statuses_.add_after(name, status_delay); },
              .failures = [this](const cell& at) { return cells_.queue().failures(at); },
              .guard = guard_,
              .wake_guard = [this] { guard_reads_.wake(); }}),
          accounts_(
              executor,
              client,
              model_,
              news_,
              log,
              metrics,
              {.names = std::move(with.service_accounts),
               .random = with.random,
               .clock = with.clock,
               .mark_status = [this](const std::string& name) { statuses_.add_after(name, status_delay); }}),
          pulls_(executor,
                 pull_services{
                     .client = client,
                     .model = model_,
                     .log = log,
                     .clock = with.clock,
                     .random = with.random,
                     .mark_cell = [this](const cell& at, runtime::lane where) { cells_.add(at, where); },
                     .mark_status =
                         [this](const std::string& name) { statuses_.add_after(name, status_delay); }}),
          status_work_(status_services{
              .client = client,
              .model = model_,
              .known_accounts = accounts_.known(),
              .news = news_,
              .events = events_,
              .log = log,
              .clock = with.clock,
              .pull_failures =
                  [this](const v1alpha1::registry_credential& object) { return pulls_.report(object); }}),
          cells_(
              executor, retry_soon(with.random), [this](cell at) { return cell_work_.run(std::move(at)); }),
          statuses_(executor,
                    retry_soon(with.random),
                    [this](std::string name) { return status_work_.run(std::move(name)); }),
          guard_reads_(executor,
                       client,
                       model_,
                       guard_,
                       log,
                       "Secrets",
                       [this](const cell& at, runtime::lane where) { cells_.add(at, where); }),
          watches_(executor, client, model_, log, with.random, [this] { begin_if_synced(); }),
          tasks_(executor) {
        measure(metrics);
    }

    void start() {
        watches_.start(tasks_);
        accounts_.start(tasks_);
        tasks_.spawn(events_.run());
        tasks_.spawn(guard_reads_.run());
    }

    asio::awaitable<bool> stop(runtime::duration limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        const auto left = [deadline] {
            return std::max(deadline - std::chrono::steady_clock::now(), runtime::duration::zero());
        };
        watches_.stop();
        pulls_.stop();
        const bool cells_ended = co_await cells_.stop(left());
        const bool accounts_ended = co_await accounts_.stop(left());
        const bool statuses_ended = co_await statuses_.stop(left());
        guard_reads_.stop();
        events_.stop();
        tasks_.cancel();
        const bool tasks_ended = co_await tasks_.join(left());
        const bool ended = cells_ended && accounts_ended && statuses_ended && tasks_ended;
        co_return ended;
    }

    [[nodiscard]] bool ready() const { return model_.synced(); }

    [[nodiscard]] std::string explain() const {
        std::string text;
        for (const auto& one : watches_.all()) {
            const auto& health = one.reader->health();
            if (health.synced && !health.failing_since) continue;
            text += fmt::format("{}: {}{}\n",
                                one.reader->name(),
                                health.synced ? "" : "not yet read whole; ",
                                health.last_error.empty() ? "waiting" : health.last_error);
        }
        return text;
    }

 private:
    void begin_if_synced() {
        if (begun_ || !model_.synced()) return;
        begun_ = true;
        log_.info("every watch has a complete view, work begins",
                  {{"namespaces", model_.namespaces().size()},
                   {"registrycredentials", model_.credentials().size()}});
        accounts_.begin();  // first: a Pod lists what its ServiceAccount listed when it was created
        cells_.start(workers_);
        statuses_.start(status_workers);
        pulls_.start(tasks_);
    }

    void measure(runtime::metrics_registry& metrics) {
        metrics.gauge_func("regcred_ready", "1 once every watch has had a complete view.", [this] {
            return ready() ? 1.0 : 0.0;
        });
        metrics.gauge_func("regcred_queue_depth", "Cells that wait to be looked at.", [this] {
            return static_cast<double>(cells_.queue().waiting());
        });
        metrics.gauge_func("regcred_failing_cells", "Cells that are tried again after a failure.", [this] {
            return static_cast<double>(cells_.queue().failing());
        });
        metrics.gauge_func("regcred_held_deletions",
                           "Deletions of Secrets that the mass-deletion brake holds back.",
                           [this] { return static_cast<double>(guard_.held()); });
        metrics.gauge_func("regcred_registrycredentials", "RegistryCredentials known.", [this] {
            return static_cast<double>(model_.credentials().size());
        });
        metrics.gauge_func("regcred_namespaces", "Namespaces known.", [this] {
            return static_cast<double>(model_.namespaces().size());
        });
        metrics.gauge_func("regcred_failing_watches", "Watches that have no connection now.", [this] {
            auto failing = static_cast<double>(accounts_.failing_watches());
            for (const auto& one : watches_.all())
                failing += one.reader->health().failing_since ? 1 : 0;
            return failing;
        });
        metrics.counter_func("regcred_pull_failure_events_total",
                             "Events of Pods that could not read a pull Secret, of any name.",
                             [this] { return static_cast<double>(pulls_.events()); });
        metrics.gauge_func("regcred_pods_failing",
                           "Pods that wait for want of a Secret of an allowed name.",
                           [this] { return static_cast<double>(pulls_.failing()); });
        metrics.gauge_func("regcred_pull_failures_watched",
                           "1 while the Events of such Pods may be watched.",
                           [this] { return pulls_.listening() ? 1.0 : 0.0; });
        metrics.counter_func("regcred_events_written_total", "Kubernetes Events written.", [this] {
            return static_cast<double>(events_.written());
        });
        metrics.counter_func("regcred_events_dropped_total",
                             "Kubernetes Events that could not be written.",
                             [this] { return static_cast<double>(events_.dropped()); });
    }

    const runtime::logger& log_;
    std::size_t workers_;
    bool begun_ = false;
    announcer news_;
    world model_;
    runtime::client_event_writer event_writer_;
    runtime::event_recorder events_;
    deletion_guard guard_;
    cell_reconciler cell_work_;
    account_keeper accounts_;
    pull_watcher pulls_;
    status_writer status_work_;
    runtime::worker_pool<cell, cell_hash> cells_;
    runtime::worker_pool<std::string> statuses_;
    guard_reader guard_reads_;
    watches watches_;
    runtime::task_group tasks_;
};

controller::controller(asio::any_io_executor executor,
                       kube::client& client,
                       const runtime::logger& log,
                       runtime::metrics_registry& metrics,
                       settings with)
    : parts_(std::make_unique<parts>(executor, client, log, metrics, std::move(with))) {}
controller::~controller() = default;

void controller::start() {
    parts_->start();
}
asio::awaitable<bool> controller::stop(runtime::duration limit) {
    co_return co_await parts_->stop(limit);
}
bool controller::ready() const {
    return parts_->ready();
}
std::string controller::explain() const {
    return parts_->explain();
}

}  // namespace reconcile
