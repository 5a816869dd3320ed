// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>

namespace net {

/// A counting semaphore for coroutines: permits go to the waiters in the order in which they came.
class async_semaphore {
 public:
    using time_point = std::chrono::steady_clock::time_point;
    enum class outcome { acquired, timed_out, closed };

    async_semaphore(boost::asio::any_io_executor executor, std::size_t permits);

    /// outcome::acquired obliges the caller to call release().
    [[nodiscard]] boost::asio::awaitable<outcome> acquire(time_point deadline);
    void release();
    /// Ends all waiting and later calls of acquire() with outcome::closed.
    void close();

 private:
    struct waiter {
        waiter(const boost::asio::any_io_executor& executor, time_point deadline)
            : timer(executor, deadline) {}
        boost::asio::steady_timer timer;
        bool granted = false;
    };
    class queue_entry;

    boost::asio::any_io_executor executor_;
    std::size_t available_;
    bool closed_ = false;
    std::list<waiter> waiters_;  // all are granted a permit while available_ > 0
};

}  // namespace net
