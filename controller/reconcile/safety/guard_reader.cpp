// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/guard_reader.hpp"

#include <chrono>
#include <utility>

namespace reconcile {

namespace {

runtime::time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

guard_reader::guard_reader(boost::asio::any_io_executor executor,
                           kube::client& client,
                           cluster_state& state,
                           deletion_guard& guard,
                           runtime::object_queue& queue,
                           const runtime::logger& log,
                           std::string kind)
    : state_(state),
      guard_(guard),
      queue_(queue),
      reader_(client, state),
      log_(log),
      kind_(std::move(kind)),
      due_(std::move(executor)) {}

void guard_reader::require_approval(deletion_approvals& approvals, const result_table& results) {
    guard_.require_approval();
    approvals.watch(results);
    approvals_ = &approvals;
    results_ = &results;
}

boost::asio::awaitable<void> guard_reader::run() {
    while (!stopped_) {
        if (guard_.next_read() <= now()) {
            if (approvals_ != nullptr) {
                look_for_approval();
            } else {
                co_await read();
            }
        } else {
            co_await due_.wait_until(guard_.next_read());
        }
    }
}

boost::asio::awaitable<void> guard_reader::read() {
    log_.warn("mass deletion that no edit asked for; listing again",
              {{"kind", kind_}, {"held", guard_.held()}});
    guard_.begin_read();
    const auto done = co_await reader_.read_everything();
    if (done.has_error()) {
        log_.warn("re-listing failed; retrying", {{"error", kube::public_message(done.error())}});
        guard_.read_failed(now());
        co_return;
    }
    const auto free = guard_.read(now());
    if (!free.empty())
        log_.warn("mass deletion confirmed; proceeding", {{"kind", kind_}, {"count", free.size()}});
    for (const auto& key : free)
        queue_.add(key, runtime::priority::bulk);
}

void guard_reader::look_for_approval() {
    bool is_news = false;
    state_.credentials().for_each([&](const auto& object) { is_news |= approvals_->read(*object); });
    if (is_news) state_.update_all_statuses();  // they show what is not approved yet
    const auto exists = [this](const std::string& name) { return state_.has_credential(name); };
    const auto free = guard_.release(
        [&](const auto& key) { return approvals_->cover(results_->find(key), exists); }, now());
    if (!free.empty())
        log_.warn("mass deletion approved; proceeding", {{"kind", kind_}, {"count", free.size()}});
    for (const auto& key : free)
        queue_.add(key, runtime::priority::bulk);
}

void guard_reader::stop() {
    stopped_ = true;
    due_.notify_all();
}

}  // namespace reconcile
