// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace runtime {

/// Lines that wait to be written, up to a number of bytes. A line that does not fit is dropped. As soon as
/// there is room, a notice of how many lines were dropped takes their place.
class line_ring {
 public:
    using notice = std::function<std::string(std::uint64_t dropped)>;

    line_ring(std::size_t capacity, notice dropped_notice);

    void push(std::string line);
    /// The bytes to write next: the rest of one line and its newline. Empty if nothing waits.
    [[nodiscard]] std::string_view front() const noexcept;
    /// `bytes` bytes of front() were written.
    void consume(std::size_t bytes);
    /// Drops all lines that wait.
    void drop_all();

    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }

 private:
    [[nodiscard]] bool append(std::string line);
    void append_notice();

    std::size_t capacity_;
    notice notice_;
    std::deque<std::string> lines_;
    std::size_t bytes_ = 0;
    std::size_t written_ = 0;    // of the first line
    std::uint64_t dropped_ = 0;  // since the last notice
};

/// Writes lines to a descriptor (stderr) and never blocks the io_context. The parent process shares the
/// descriptor, so O_NONBLOCK is not set: it would hold for the parent too. Instead each write has at most
/// PIPE_BUF bytes and follows a poll(): a pipe that polls writable has room for them (unless another writer
/// takes it in between). A socket is written with MSG_DONTWAIT. Lines that cannot be written wait in a ring
/// and are retried every 50 ms; lines that do not fit there are dropped, and a record tells how many. The
/// process must ignore SIGPIPE. Must outlive the run of its io_context.
class descriptor_sink final : public log_sink {
 public:
    /// `format` and `clock` are for the record about dropped lines.
    descriptor_sink(boost::asio::any_io_executor executor,
                    int descriptor,
                    log_format format,
                    wall_clock clock,
                    std::size_t capacity = 256U * 1024);
    ~descriptor_sink() override = default;
    descriptor_sink(const descriptor_sink&) = delete;
    descriptor_sink& operator=(const descriptor_sink&) = delete;

    void write(std::string line) override;
    /// For the end of the process: blocks until everything is written. False if that takes longer than
    /// `limit`.
    bool drain(std::chrono::milliseconds limit);
    /// Ends the retries, so that nothing keeps the io_context running. Waiting lines stay for drain().
    void close();

 private:
    [[nodiscard]] bool write_some(int poll_timeout);
    void flush();
    void retry_later();

    int descriptor_;
    bool is_socket_;
    line_ring ring_;
    boost::asio::steady_timer timer_;
    bool retrying_ = false;
    bool closed_ = false;
};

/// Drains a sink at the end of its scope: the lines that tell why an exception ends the process are written
/// too.
class drain_at_exit {
 public:
    drain_at_exit(descriptor_sink& sink, std::chrono::milliseconds limit) : sink_(sink), limit_(limit) {}
    ~drain_at_exit() { sink_.drain(limit_); }
    drain_at_exit(const drain_at_exit&) = delete;
    drain_at_exit& operator=(const drain_at_exit&) = delete;

 private:
    descriptor_sink& sink_;
    std::chrono::milliseconds limit_;
};

}  // namespace runtime
