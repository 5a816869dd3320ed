// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>

namespace net {

/// Calls `bark` once when a deadline passes that was not moved in time. To move it later, or to stop, costs
/// an assignment: the timer stays as it is and looks at the deadline when it fires. So every read may have
/// its own.
class watchdog {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    watchdog(boost::asio::any_io_executor executor, std::function<void()> bark);
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

    void expect_by(time_point deadline);
    void stop() noexcept;
    /// stop(), and gives the timer up, which would keep the io_context running until it fires.
    void retire();
    [[nodiscard]] bool barked() const noexcept;

 private:
    struct state;
    std::shared_ptr<state> state_;
};

}  // namespace net
