// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

namespace runtime {

/// A condition variable for the coroutines of one thread. A waiter may wake spuriously: it checks its
/// condition in a loop. All waiters share one timer: a wait with another deadline wakes the others.
class wakeup {
 public:
    explicit wakeup(boost::asio::any_io_executor executor);

    /// Returns at a notification or at `deadline`.
    [[nodiscard]] boost::asio::awaitable<void> wait_until(time_point deadline);
    [[nodiscard]] boost::asio::awaitable<void> wait() { return wait_until(time_point::max()); }
    void notify_one();
    void notify_all();
    /// The deadline of the present waiters.
    [[nodiscard]] time_point deadline() const { return timer_.expiry(); }

 private:
    boost::asio::steady_timer timer_;
};

}  // namespace runtime
