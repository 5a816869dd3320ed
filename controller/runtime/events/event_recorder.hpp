// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/events/event_filter.hpp"
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

/// Where events go: an API server, or a list in a test.
class event_writer {
 public:
    virtual ~event_writer() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<void>> create(event_write what) = 0;
    /// Sets the series of an Event that was created.
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<void>> count_up(event_write what) = 0;
};

/// Tells users what happened to an object, as best it can: record() never waits, an Event that cannot be
/// written is counted and dropped, and so is one too many in the queue. `writer` and `log` must outlive it.
class event_recorder {
 public:
    event_recorder(boost::asio::any_io_executor executor,
                   event_writer& writer,
                   const logger& log,
                   wall_clock clock,
                   event_policy policy = {},
                   std::size_t queue_limit = 256);

    void record(event_note what);
    /// Writes what was recorded, one request at a time, until stop() and until the queue is empty or the
    /// client closed.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Nothing more is recorded.
    void stop();

    [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
    [[nodiscard]] std::uint64_t dropped() const noexcept { return dropped_; }  // failed, or too many
    [[nodiscard]] std::uint64_t suppressed() const noexcept { return filter_.suppressed(); }

 private:
    [[nodiscard]] boost::asio::awaitable<void> write(event_write what);

    event_writer& writer_;
    const logger& log_;
    wall_clock clock_;
    event_filter filter_;
    std::deque<event_write> queue_;
    std::size_t queue_limit_;
    wakeup wakeup_;
    bool stopped_ = false;
    bool failing_ = false;  // the last request failed: one log line for many failures in a row
    std::uint64_t written_ = 0;
    std::uint64_t dropped_ = 0;
};

}  // namespace runtime
