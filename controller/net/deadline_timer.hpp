// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace net {

/// Calls `on_expiry` once for each deadline that passes. Moving the deadline to later, and stop(), cost an
/// assignment: the timer keeps its wait and compares with the deadline when it fires. So every read may have
/// a deadline of its own.
class deadline_timer {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    deadline_timer(boost::asio::any_io_executor executor, std::function<void()> on_expiry);
    ~deadline_timer();
    deadline_timer(const deadline_timer&) = delete;
    deadline_timer& operator=(const deadline_timer&) = delete;

    void expires_at(time_point deadline);
    void stop() noexcept;
    /// stop(), and ends the wait, which would keep the io_context running until it fires.
    void cancel();
    /// Whether a deadline has ever passed.
    [[nodiscard]] bool expired() const noexcept;

 private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace net
