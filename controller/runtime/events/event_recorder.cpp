// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_recorder.hpp"

#include "util/secret_bytes.hpp"

#include <chrono>
#include <utility>

namespace runtime {

namespace {

kube::result<void> without_body(const kube::result<kube::json>& response) {
    if (!response) return response.error();
    return {};
}

}  // namespace

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
    if (write.event.identity && result.error().kind == kube::error_kind::already_exists) co_return;
    ++dropped_;
    correlator_.forget(write.event);
    if (result.error().kind == kube::error_kind::cancelled) {
        dropped_ += queue_.size();
        queue_.clear();
        co_return;
    }
    if (std::exchange(failing_, true)) co_return;
    log_.warn("failed to write event",
              {{"event_reason", write.event.reason}, {"error", kube::public_message(result.error())}});
}

kube::json new_event(const event_write& write, const event_reporter& reporter) {
    kube::event event;
    event.name = write.name;
    event.regarding = write.event.regarding;
    event.type = write.event.type;
    event.reason = write.event.reason;
    event.action = write.event.action;
    event.note = write.event.note;
    event.reporting_controller = reporter.controller;
    event.reporting_instance = reporter.instance;
    event.time = write.last_observed;
    kube::json body = kube::write_event(event);
    if (write.count > 1) body.update(kube::write_event_series(write.count, write.last_observed));
    return body;
}

client_event_writer::client_event_writer(kube::client& client, event_reporter reporter)
    : client_(client), reporter_(std::move(reporter)) {}

boost::asio::awaitable<kube::result<void>> client_event_writer::create(event_write write) {
    util::secret_bytes body(kube::to_text(new_event(write, reporter_)));
    const auto response =
        co_await client_.create(kube::events, kube::event_namespace(write.event.regarding), std::move(body));
    co_return without_body(response);
}

boost::asio::awaitable<kube::result<void>> client_event_writer::update_series(event_write write) {
    const auto response =
        co_await client_.patch_event_series(kube::event_namespace(write.event.regarding),
                                            write.name,
                                            kube::write_event_series(write.count, write.last_observed));
    co_return without_body(response);
}

}  // namespace runtime
