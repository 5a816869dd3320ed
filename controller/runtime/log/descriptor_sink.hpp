// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/line_ring.hpp"
#include "runtime/log/log.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace runtime {

/// Writes lines to a descriptor (stderr) and never blocks the loop. The descriptor is shared with whoever
/// started the process, so it is not made non-blocking: that would change it for them too. Instead poll() is
/// asked before each write of at most PIPE_BUF bytes, for which a pipe that polls writable has room (only
/// another writer of the same pipe could take it in between), and a socket is written with MSG_DONTWAIT. What
/// cannot be written waits in a ring and is tried again every 50 ms; what does not fit there is dropped and
/// counted. The process must ignore SIGPIPE. Must outlive the run of its io_context.
class descriptor_sink final : public log_sink {
 public:
    /// `format` and `clock` are for the record that tells of dropped lines.
    descriptor_sink(boost::asio::any_io_executor executor,
                    int descriptor,
                    log_format format,
                    wall_clock clock,
                    std::size_t capacity = 256U * 1024);
    ~descriptor_sink() override = default;
    descriptor_sink(const descriptor_sink&) = delete;
    descriptor_sink& operator=(const descriptor_sink&) = delete;

    void write(std::string line) override;
    /// At the end of the process: waits, blocking, until all is written. False if it was not within `limit`.
    bool drain(std::chrono::milliseconds limit);
    /// No further tries: what waits stays there for drain(), and nothing keeps the io_context running.
    void close();
    [[nodiscard]] std::uint64_t dropped() const noexcept { return ring_.dropped(); }

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

}  // namespace runtime
