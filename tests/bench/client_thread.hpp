// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

namespace bench {

using clock = std::chrono::steady_clock;

/// The controller's own client on a thread of its own, with the rights of a kubeconfig. Times are taken on
/// that thread, so that they do not hold the time that it takes to wake up whoever waits.
class client_thread {
 public:
    client_thread(const std::string& kubeconfig, std::size_t connections);
    /// Cancels what still runs, and waits for its end.
    ~client_thread();
    client_thread(const client_thread&) = delete;
    client_thread& operator=(const client_thread&) = delete;

    /// Runs a coroutine there; it may use client().
    template <class T>
    [[nodiscard]] std::future<T> start(boost::asio::awaitable<T> what) {
        return boost::asio::co_spawn(context_, std::move(what), boost::asio::use_future);
    }
    [[nodiscard]] kube::client& client() noexcept { return client_; }
    /// What the thread has used so far.
    [[nodiscard]] double cpu_seconds();

 private:
    boost::asio::io_context context_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    kube::client client_;
    std::thread thread_;
};

[[nodiscard]] std::runtime_error failed(const std::string& what, const kube::error& why);

}  // namespace bench
