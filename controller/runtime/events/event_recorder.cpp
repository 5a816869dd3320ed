// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_recorder.hpp"

#include <chrono>
#include <utility>

namespace runtime {

event_recorder::event_recorder(boost::asio::any_io_executor executor,
                               event_writer& writer,
                               const logger& log,
                               wall_clock clock,
                               event_policy policy,
                               std::size_t queue_limit)
    : writer_(writer),
      log_(log),
      clock_(std::move(clock)),
      correlator_(policy),
      queue_limit_(queue_limit),
      wakeup_(std::move(executor)) {}

void event_recorder::record(object_event event) {
    if (stopped_ || queue_.size() >= queue_limit_) {
        ++dropped_;
        return;
    }
    auto write = correlator_.record(std::move(event), std::chrono::steady_clock::now(), clock_());
    if (!write) return;
    queue_.push_back(std::move(*write));
    wakeup_.notify_one();
}

boost::asio::awaitable<void> event_recorder::run() {
    for (;;) {
        if (queue_.empty()) {
            if (stopped_) co_return;
            co_await wakeup_.wait();
            continue;
        }
        event_write next = std::move(queue_.front());
        queue_.pop_front();
        co_await write(std::move(next));
    }
}

void event_recorder::stop() {
    stopped_ = true;
    wakeup_.notify_all();
}

boost::asio::awaitable<void> event_recorder::write(event_write write) {
    const kube::result<void> result =
        write.is_new ? co_await writer_.create(write) : co_await writer_.update_series(write);
    if (result) {
        ++written_;
        failing_ = false;
        co_return;
    }
    ++dropped_;
    correlator_.forget(write.event);
    if (result.error().kind == kube::error_kind::cancelled) {
        dropped_ += queue_.size();
        queue_.clear();
        co_return;
    }
    if (std::exchange(failing_, true)) co_return;
    log_.warn("failed to write event",
              {{"reason", write.event.reason}, {"error", kube::public_message(result.error())}});
}

}  // namespace runtime
