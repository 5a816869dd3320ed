// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/events/event_correlator.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

namespace runtime {

/// Where Events are written: an API server, or a list in a test.
class event_writer {
 public:
    virtual ~event_writer() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<void>> create(event_write write) = 0;
    /// Updates the series of an Event that was created.
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<void>> update_series(event_write write) = 0;
};

/// Tells users what happened to an object. Best effort: record() never waits, and an Event that cannot be
/// written or does not fit into the queue is counted and dropped. `writer` and `log` must outlive it.
class event_recorder {
 public:
    event_recorder(boost::asio::any_io_executor executor,
                   event_writer& writer,
                   const logger& log,
                   wall_clock clock,
                   event_policy policy = {},
                   std::size_t queue_limit = 256);

    void record(object_event event);
    /// Writes what was recorded, one request at a time. Ends once stop() was called and the queue is empty,
    /// or the client is closed.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Events recorded from now on are dropped.
    void stop();

    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }

 private:
    [[nodiscard]] boost::asio::awaitable<void> write(event_write write);

    event_writer& writer_;
    const logger& log_;
    wall_clock clock_;
    event_correlator correlator_;
    std::deque<event_write> queue_;
    std::size_t queue_limit_;
    wakeup wakeup_;
    bool stopped_ = false;
    bool failing_ = false;  // the last request failed: failures in a row are logged once
    std::uint64_t written_ = 0;
    std::uint64_t dropped_ = 0;
};

/// Who reports an Event.
struct event_reporter {
    std::string controller;  // a qualified name: example.com/controller
    std::string instance;    // this process: the Pod, or the host
};

/// The body of the POST that creates an Event, with a series if it happened more than once before that.
[[nodiscard]] kube::json new_event(const event_write& write, const event_reporter& reporter);

/// Writes Events to an API server. `client` must outlive it.
class client_event_writer final : public event_writer {
 public:
    client_event_writer(kube::client& client, event_reporter reporter);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> create(event_write write) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> update_series(event_write write) override;

 private:
    kube::client& client_;
    event_reporter reporter_;
};

}  // namespace runtime
