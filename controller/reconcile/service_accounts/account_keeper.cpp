// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_keeper.hpp"

#include "reconcile/safety/guard_reader.hpp"
#include "reconcile/service_accounts/account_reconciler.hpp"
#include "reconcile/service_accounts/account_watches.hpp"
#include "runtime/queue/worker_pool.hpp"

#include <chrono>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

class account_keeper::parts final : public world_observer {
 public:
    parts(const asio::any_io_executor& executor,
          kube::client& client,
          world& model,
          announcer& news,
          const runtime::logger& log,
          runtime::metrics_registry& metrics,
          const settings& with)
        : workers_(with.workers),
          mark_([this](const account& at, runtime::lane where) { queue_.add(at, where); }),
          known_(model, with.names, mark_, with.mark_status),
          work_(account_services{
              .client = client,
              .model = model,
              .known = known_,
              .news = news,
              .log = log,
              .writes = metrics.counters("regcred_service_account_writes_total",
                                         "Writes of ServiceAccounts, by action and by how they ended.",
                                         {"action", "result"}),
              .clock = with.clock,
              .mark_account = mark_,
              .mark_status = with.mark_status,
              .failures = [this](const account& at) { return queue_.queue().failures(at); },
              .guard = guard_,
              .wake_guard = [this] { guard_reads_.wake(); }}),
          queue_(executor,
                 runtime::default_retry_policy(with.random),
                 [this](account at) { return work_.run(std::move(at)); }),
          guard_reads_(executor, client, model, guard_, log, "entries of ServiceAccounts", mark_),
          watches_(executor, client, known_, log, with.random) {
        model.also_tell(*this);
        measure(metrics);
    }

    void start(runtime::task_group& tasks) {
        watches_.start(tasks);
        tasks.spawn(guard_reads_.run());
    }

    void begin() { queue_.start(workers_); }

    asio::awaitable<bool> stop(runtime::duration limit) {
        watches_.stop();
        guard_reads_.stop();
        co_return co_await queue_.stop(limit);
    }

    void credential_changed(const runtime::change<v1alpha1::registry_credential>& change) override {
        known_.credential_changed(change);
        watches_.wake();
    }
    void namespace_changed(const runtime::change<kube::namespace_object>& change) override {
        known_.namespace_changed(change);
    }

    [[nodiscard]] const accounts& known() const { return known_; }
    [[nodiscard]] std::size_t failing_watches() const { return watches_.failing(); }

 private:
    void measure(runtime::metrics_registry& metrics) {
        metrics.gauge_func("regcred_failing_service_accounts",
                           "ServiceAccounts that are tried again after a failure.",
                           [this] { return static_cast<double>(queue_.queue().failing()); });
        metrics.gauge_func("regcred_held_service_accounts",
                           "ServiceAccounts whose entry the mass-deletion brake does not let be taken back.",
                           [this] { return static_cast<double>(guard_.held()); });
    }

    std::size_t workers_;
    accounts::mark_account mark_;
    accounts known_;
    account_guard guard_;
    account_reconciler work_;
    runtime::worker_pool<account, account_hash> queue_;
    account_guard_reader guard_reads_;
    account_watches watches_;
};

account_keeper::account_keeper(asio::any_io_executor executor,
                               kube::client& client,
                               world& model,
                               announcer& news,
                               const runtime::logger& log,
                               runtime::metrics_registry& metrics,
                               const settings& with)
    : parts_(std::make_unique<parts>(executor, client, model, news, log, metrics, with)) {}
account_keeper::~account_keeper() = default;

void account_keeper::start(runtime::task_group& tasks) {
    parts_->start(tasks);
}
void account_keeper::begin() {
    parts_->begin();
}
asio::awaitable<bool> account_keeper::stop(runtime::duration limit) {
    co_return co_await parts_->stop(limit);
}
const accounts& account_keeper::known() const {
    return parts_->known();
}
std::size_t account_keeper::failing_watches() const {
    return parts_->failing_watches();
}

}  // namespace reconcile
