// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/descriptor_sink.hpp"

#include "runtime/log/log.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <utility>

namespace runtime {

namespace {

constexpr auto retry_interval = std::chrono::milliseconds{50};

bool is_socket(int descriptor) noexcept {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

line_ring::notice dropped_notice(log_format format, wall_clock clock) {
    return [format, clock = std::move(clock)](std::uint64_t dropped) {
        return format_record(format, clock(), log_level::warn, "log lines dropped", {{"count", dropped}});
    };
}

}  // namespace

line_ring::line_ring(std::size_t capacity, notice dropped_notice)
    : capacity_(capacity), notice_(std::move(dropped_notice)) {}

void line_ring::push(std::string line) {
    append_notice();
    // No line may come before a notice that does not fit yet: the gap would seem to be elsewhere.
    if (dropped_ > 0 || !append(std::move(line))) ++dropped_;
}

std::string_view line_ring::front() const noexcept {
    if (lines_.empty()) return {};
    return std::string_view(lines_.front()).substr(written_);
}

void line_ring::consume(std::size_t bytes) {
    written_ += bytes;
    bytes_ -= bytes;
    if (written_ == lines_.front().size()) {
        lines_.pop_front();
        written_ = 0;
    }
    if (lines_.empty()) append_notice();
}

void line_ring::drop_all() {
    dropped_ += lines_.size();
    lines_.clear();
    bytes_ = 0;
    written_ = 0;
}

bool line_ring::append(std::string line) {
    line += '\n';
    if (bytes_ + line.size() > capacity_) return false;
    bytes_ += line.size();
    lines_.push_back(std::move(line));
    return true;
}

void line_ring::append_notice() {
    if (dropped_ > 0 && append(notice_(dropped_))) dropped_ = 0;
}

descriptor_sink::descriptor_sink(boost::asio::any_io_executor executor,
                                 int descriptor,
                                 log_format format,
                                 wall_clock clock,
                                 std::size_t capacity)
    : descriptor_(descriptor),
      is_socket_(is_socket(descriptor)),
      ring_(capacity, dropped_notice(format, std::move(clock))),
      timer_(executor) {}

void descriptor_sink::write(std::string line) {
    ring_.push(std::move(line));
    if (!retrying_) flush();
}

bool descriptor_sink::drain(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!ring_.empty()) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() < 0) return false;
        (void)write_some(static_cast<int>(std::min<std::chrono::milliseconds::rep>(left.count(), INT_MAX)));
    }
    return true;
}

void descriptor_sink::close() {
    closed_ = true;
    timer_.cancel();
}

/// False if the descriptor takes nothing now.
bool descriptor_sink::write_some(int poll_timeout) {
    pollfd request{descriptor_, POLLOUT, 0};
    if (::poll(&request, 1, poll_timeout) <= 0) return false;
    const auto bytes = ring_.front().substr(0, PIPE_BUF);
    const auto written = is_socket_
                             ? ::send(descriptor_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                             : ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
        ring_.consume(static_cast<std::size_t>(written));
        return true;
    }
    if (errno == EINTR) return true;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return false;
    // The reader is gone (EPIPE), the disk is full or the descriptor closed: retrying would not help.
    ring_.drop_all();
    return true;
}

void descriptor_sink::flush() {
    while (!ring_.empty()) {
        if (!write_some(0)) return retry_later();
    }
}

void descriptor_sink::retry_later() {
    if (closed_) return;
    retrying_ = true;
    timer_.expires_after(retry_interval);
    timer_.async_wait([this](const boost::system::error_code& error) {
        retrying_ = false;
        if (!error && !closed_) flush();
    });
}

}  // namespace runtime
