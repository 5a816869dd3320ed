// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/guard_reader.hpp"

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
                           world& model,
                           deletion_guard& guard,
                           const runtime::logger& log,
                           world::mark_cell mark)
    : guard_(guard), reader_(client, model), log_(log), mark_(std::move(mark)), due_(std::move(executor)) {}

boost::asio::awaitable<void> guard_reader::run() {
    while (!stopped_) {
        if (guard_.next_read() <= now()) {
            co_await read();
        } else {
            co_await due_.wait_until(guard_.next_read());
        }
    }
}

boost::asio::awaitable<void> guard_reader::read() {
    log_.warn("many Secrets would be deleted though no spec has changed: everything is read anew",
              {{"held", guard_.held()}});
    guard_.begin_read();
    const auto done = co_await reader_.read_everything();
    if (done.has_error()) {
        log_.warn("the read failed, it is tried again", {{"error", kube::public_message(done.error())}});
        guard_.read_failed(now());
        co_return;
    }
    const auto free = guard_.read(now());
    if (!free.empty()) log_.warn("two reads agree, so the Secrets are deleted", {{"count", free.size()}});
    for (const auto& cell : free)
        mark_(cell, runtime::lane::bulk);
}

void guard_reader::stop() {
    stopped_ = true;
    due_.notify_all();
}

}  // namespace reconcile
