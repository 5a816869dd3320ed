// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/shutdown_signal.hpp"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <csignal>

namespace runtime {

boost::asio::awaitable<int> wait_for_shutdown_signal() {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::signal_set signals(executor, SIGTERM, SIGINT);
    co_return co_await signals.async_wait(boost::asio::use_awaitable);
}

}  // namespace runtime
