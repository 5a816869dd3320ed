// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace runtime {

wakeup::wakeup(boost::asio::any_io_executor executor) : timer_(executor) {
    timer_.expires_at(time_point::max());
}

boost::asio::awaitable<void> wakeup::wait_until(time_point deadline) {
    if (timer_.expiry() != deadline) timer_.expires_at(deadline);
    // A notification cancels this wait, which is not an error.
    constexpr auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
    co_await timer_.async_wait(token);
}

void wakeup::notify_one() {
    timer_.cancel_one();
}

void wakeup::notify_all() {
    timer_.cancel();
}

}  // namespace runtime
