// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/watchdog.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

}  // namespace

TEST_CASE("a watchdog barks once when the deadline passes") {
    boost::asio::io_context io;
    int barks = 0;
    net::watchdog guard(io.get_executor(), [&barks] { ++barks; });
    guard.expect_by(clock_type::now());
    CHECK_FALSE(guard.barked());
    io.run();
    CHECK(barks == 1);
    CHECK(guard.barked());
}

TEST_CASE("a stopped watchdog does not bark") {
    boost::asio::io_context io;
    int barks = 0;
    net::watchdog guard(io.get_executor(), [&barks] { ++barks; });
    guard.expect_by(clock_type::now() + 5ms);
    guard.stop();
    io.run();
    CHECK(barks == 0);
}

TEST_CASE("a deadline can be moved to later") {
    boost::asio::io_context io;
    clock_type::time_point barked_at;
    net::watchdog guard(io.get_executor(), [&barked_at] { barked_at = clock_type::now(); });
    const auto later = clock_type::now() + 50ms;
    guard.expect_by(clock_type::now() + 1ms);
    guard.expect_by(later);
    io.run();
    CHECK(barked_at >= later);
}

TEST_CASE("a deadline can be moved to earlier") {
    boost::asio::io_context io;
    clock_type::time_point barked_at;
    const auto start = clock_type::now();
    net::watchdog guard(io.get_executor(), [&barked_at] { barked_at = clock_type::now(); });
    guard.expect_by(start + 1h);
    guard.expect_by(start + 1ms);
    io.run();
    CHECK(barked_at >= start + 1ms);
    CHECK(barked_at < start + 1h);
}

TEST_CASE("a watchdog that is gone, or has retired, neither barks nor keeps the loop running") {
    boost::asio::io_context io;
    int barks = 0;
    {
        net::watchdog gone(io.get_executor(), [&barks] { ++barks; });
        gone.expect_by(clock_type::now() + 1h);
    }
    net::watchdog retired(io.get_executor(), [&barks] { ++barks; });
    retired.expect_by(clock_type::now() + 1h);
    retired.retire();
    io.run();
    CHECK(barks == 0);
}
