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

/// Lets at most `places` callers through at a time, the others in the order in which they came.
class turnstile {
 public:
    using time_point = std::chrono::steady_clock::time_point;
    enum class outcome { entered, timed_out, closed };

    turnstile(boost::asio::any_io_executor executor, std::size_t places);

    /// Whoever `entered` must call leave().
    [[nodiscard]] boost::asio::awaitable<outcome> enter(time_point deadline);
    void leave();
    /// Sends away everybody who waits, and who comes from now on.
    void close();

 private:
    struct visitor {
        visitor(const boost::asio::any_io_executor& executor, time_point deadline)
            : wake(executor, deadline) {}
        boost::asio::steady_timer wake;
        bool admitted = false;
    };
    class place_in_line;

    boost::asio::any_io_executor executor_;
    std::size_t free_;
    bool closed_ = false;
    std::list<visitor> line_;  // nobody stands here while free_ > 0
};

}  // namespace net
