// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace runtime {

/// A condition variable for the coroutines of one thread: a timer that nobody waits for to expire. A waiter
/// may wake without cause, and looks at its condition again in a loop. All that wait at one time must wait
/// for the same `until`: there is one timer, and moving it wakes the others.
class wakeup {
 public:
    explicit wakeup(boost::asio::any_io_executor executor);

    /// Until a notification or `until`.
    [[nodiscard]] boost::asio::awaitable<void> wait_until(time_point until);
    [[nodiscard]] boost::asio::awaitable<void> wait() { return wait_until(time_point::max()); }
    void notify_one();
    void notify_all();
    /// Until when those wait who wait now.
    [[nodiscard]] time_point until() const { return timer_.expiry(); }

 private:
    boost::asio::steady_timer timer_;
};

}  // namespace runtime
