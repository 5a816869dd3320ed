// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/wakeup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using runtime::time_point;

struct fixture {
    boost::asio::io_context io{1};
    runtime::wakeup wakeup{io.get_executor()};
    int woken = 0;

    void spawn_waiter(time_point deadline = time_point::max()) {
        boost::asio::co_spawn(io, wait(deadline), boost::asio::detached);
        turn();
    }
    void turn() {
        io.restart();
        io.poll();
    }

 private:
    boost::asio::awaitable<void> wait(time_point deadline) {
        co_await wakeup.wait_until(deadline);
        ++woken;
    }
};

TEST_CASE_FIXTURE(fixture, "notify_one() wakes one waiter") {
    spawn_waiter();
    spawn_waiter();
    CHECK(woken == 0);
    wakeup.notify_one();
    turn();
    CHECK(woken == 1);
    wakeup.notify_one();
    turn();
    CHECK(woken == 2);
}

TEST_CASE_FIXTURE(fixture, "notify_all() wakes all waiters") {
    spawn_waiter();
    spawn_waiter();
    wakeup.notify_all();
    turn();
    CHECK(woken == 2);
}

TEST_CASE_FIXTURE(fixture, "a notification without a waiter is lost") {
    wakeup.notify_all();
    spawn_waiter();
    CHECK(woken == 0);
}

TEST_CASE_FIXTURE(fixture, "a wait ends at its deadline") {
    spawn_waiter(std::chrono::steady_clock::now() + 1ms);
    io.restart();
    io.run();
    CHECK(woken == 1);
}

TEST_CASE_FIXTURE(fixture, "only a wait with another deadline wakes the others") {
    const time_point deadline = std::chrono::steady_clock::now() + 1h;
    spawn_waiter(deadline);
    spawn_waiter(deadline);
    CHECK(woken == 0);
    CHECK(wakeup.deadline() == deadline);
    spawn_waiter(deadline + 1h);
    CHECK(woken == 2);
    CHECK(wakeup.deadline() == deadline + 1h);
}

}  // namespace
