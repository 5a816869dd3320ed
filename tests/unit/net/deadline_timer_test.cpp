// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/deadline_timer.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>

using namespace std::chrono_literals;

namespace {

using clock_type = std::chrono::steady_clock;

}  // namespace

TEST_CASE("the deadline timer calls on_expiry once when the deadline passes") {
    boost::asio::io_context io;
    int calls = 0;
    net::deadline_timer timer(io.get_executor(), [&calls] { ++calls; });
    timer.expires_at(clock_type::now());
    CHECK_FALSE(timer.expired());
    io.run();
    CHECK(calls == 1);
    CHECK(timer.expired());
}

TEST_CASE("a stopped deadline timer does not call on_expiry") {
    boost::asio::io_context io;
    int calls = 0;
    net::deadline_timer timer(io.get_executor(), [&calls] { ++calls; });
    timer.expires_at(clock_type::now() + 5ms);
    timer.stop();
    io.run_for(10s);
    CHECK(io.stopped());
    CHECK(calls == 0);
}

TEST_CASE("a deadline can be moved to later") {
    boost::asio::io_context io;
    clock_type::time_point expired_at;
    net::deadline_timer timer(io.get_executor(), [&expired_at] { expired_at = clock_type::now(); });
    const auto later = clock_type::now() + 50ms;
    timer.expires_at(clock_type::now() + 1ms);
    timer.expires_at(later);
    io.run();
    CHECK(expired_at >= later);
}

TEST_CASE("a deadline can be moved to earlier") {
    boost::asio::io_context io;
    clock_type::time_point expired_at;
    const auto start = clock_type::now();
    net::deadline_timer timer(io.get_executor(), [&expired_at] { expired_at = clock_type::now(); });
    timer.expires_at(start + 1h);
    timer.expires_at(start + 1ms);
    io.run_for(10s);
    CHECK(expired_at >= start + 1ms);
    CHECK(expired_at < start + 1h);
}

TEST_CASE(
    "a destroyed or cancelled deadline timer neither calls on_expiry nor keeps the io_context running") {
    boost::asio::io_context io;
    int calls = 0;
    {
        net::deadline_timer destroyed(io.get_executor(), [&calls] { ++calls; });
        destroyed.expires_at(clock_type::now() + 1h);
    }
    net::deadline_timer cancelled(io.get_executor(), [&calls] { ++calls; });
    cancelled.expires_at(clock_type::now() + 1h);
    cancelled.cancel();
    io.run_for(10s);
    CHECK(io.stopped());
    CHECK(calls == 0);
}

TEST_CASE("the deadline timer calls on_expiry for each deadline that passes") {
    boost::asio::io_context io;
    int calls = 0;
    net::deadline_timer timer(io.get_executor(), [&calls] { ++calls; });
    for (int i = 1; i <= 3; ++i) {
        timer.expires_at(clock_type::now() + 1ms);
        io.restart();
        io.run();
        CHECK(calls == i);
    }
}

TEST_CASE("on_expiry may set the next deadline") {
    boost::asio::io_context io;
    int calls = 0;
    std::optional<net::deadline_timer> timer;
    timer.emplace(io.get_executor(), [&] {
        if (++calls < 3) timer->expires_at(clock_type::now() + 1ms);
    });
    timer->expires_at(clock_type::now());
    io.run();
    CHECK(calls == 3);
}

TEST_CASE("a deadline can be set again after stop() and after cancel()") {
    boost::asio::io_context io;
    int calls = 0;
    net::deadline_timer timer(io.get_executor(), [&calls] { ++calls; });
    timer.expires_at(clock_type::now() + 1ms);
    timer.stop();
    timer.expires_at(clock_type::now() + 2ms);
    io.run();
    CHECK(calls == 1);
    timer.expires_at(clock_type::now() + 1h);
    timer.cancel();
    timer.expires_at(clock_type::now() + 1ms);
    io.restart();
    io.run_for(10s);
    CHECK(calls == 2);
}

TEST_CASE("no deadline is later than all others") {
    boost::asio::io_context io;
    int calls = 0;
    net::deadline_timer timer(io.get_executor(), [&calls] { ++calls; });
    timer.expires_at(net::deadline_timer::time_point::max());
    io.run_for(10s);
    CHECK(io.stopped());
    timer.expires_at(clock_type::now() + 1ms);
    timer.expires_at(net::deadline_timer::time_point::max());
    io.restart();
    io.run_for(10s);
    CHECK(io.stopped());
    CHECK(calls == 0);
}
