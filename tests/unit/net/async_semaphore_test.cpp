// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/async_semaphore.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using net::async_semaphore;

namespace {

struct entry {
    int caller;
    async_semaphore::outcome outcome;
    friend bool operator==(const entry&, const entry&) = default;
};
using entries = std::vector<entry>;

constexpr auto acquired = async_semaphore::outcome::acquired;
constexpr auto timed_out = async_semaphore::outcome::timed_out;
constexpr auto closed = async_semaphore::outcome::closed;
const auto never = async_semaphore::time_point::max();

boost::asio::awaitable<void> acquire(async_semaphore& semaphore,
                                     int caller,
                                     async_semaphore::time_point deadline,
                                     entries& log) {
    const auto outcome = co_await semaphore.acquire(deadline);
    log.push_back({caller, outcome});
}

struct fixture {
    boost::asio::io_context io;
    entries log;
    boost::asio::cancellation_signal cancel;

    void start(async_semaphore& semaphore, int caller, async_semaphore::time_point deadline = never) {
        boost::asio::co_spawn(io, acquire(semaphore, caller, deadline, log), boost::asio::detached);
    }
    void acquire_now(async_semaphore& semaphore, int caller) {
        start(semaphore, caller);
        run_ready();
    }
    /// A caller that `cancel` cancels.
    void start_cancellable(async_semaphore& semaphore, int caller) {
        boost::asio::co_spawn(io,
                              acquire(semaphore, caller, never, log),
                              boost::asio::bind_cancellation_slot(cancel.slot(), boost::asio::detached));
        run_ready();
    }
    void run_ready() {
        io.restart();
        io.poll();
    }
    /// A waiter must not outlive its semaphore.
    void end_waiters(async_semaphore& semaphore) {
        semaphore.close();
        run_ready();
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "as many callers acquire as there are permits, the others in their order") {
    async_semaphore semaphore(io.get_executor(), 2);
    for (int caller = 1; caller <= 4; ++caller)
        acquire_now(semaphore, caller);
    CHECK(log == entries{{1, acquired}, {2, acquired}});
    semaphore.release();
    run_ready();
    CHECK(log == entries{{1, acquired}, {2, acquired}, {3, acquired}});
    semaphore.release();
    run_ready();
    CHECK(log.back() == entry{4, acquired});
}

TEST_CASE_FIXTURE(fixture, "a new caller does not overtake a waiter that was granted a permit") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    acquire_now(semaphore, 2);
    semaphore.release();  // grants 2 a permit, which has not run yet
    acquire_now(semaphore, 3);
    CHECK(log == entries{{1, acquired}, {2, acquired}});
    semaphore.release();
    run_ready();
    CHECK(log.back() == entry{3, acquired});
}

TEST_CASE_FIXTURE(fixture, "two permits released before a waiter runs go to two waiters") {
    async_semaphore semaphore(io.get_executor(), 2);
    for (int caller = 1; caller <= 5; ++caller)
        acquire_now(semaphore, caller);
    semaphore.release();
    semaphore.release();
    run_ready();
    CHECK(log == entries{{1, acquired}, {2, acquired}, {3, acquired}, {4, acquired}});
    end_waiters(semaphore);
}

TEST_CASE_FIXTURE(fixture, "permits released without a waiter are available later") {
    async_semaphore semaphore(io.get_executor(), 2);
    acquire_now(semaphore, 1);
    acquire_now(semaphore, 2);
    semaphore.release();
    semaphore.release();
    for (int caller = 3; caller <= 5; ++caller)
        acquire_now(semaphore, caller);
    CHECK(log == entries{{1, acquired}, {2, acquired}, {3, acquired}, {4, acquired}});
    end_waiters(semaphore);
}

TEST_CASE_FIXTURE(fixture, "a waiter times out at its deadline, and the next one acquires") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    start(semaphore, 2, std::chrono::steady_clock::now() + 1ms);
    io.restart();
    while (log.size() < 2 && io.run_one_for(10s) > 0) {
    }
    CHECK(log.back() == entry{2, timed_out});
    acquire_now(semaphore, 3);
    semaphore.release();
    run_ready();
    CHECK(log.back() == entry{3, acquired});
}

TEST_CASE_FIXTURE(fixture, "close() ends waiting and later calls") {
    async_semaphore semaphore(io.get_executor(), 1);
    for (int caller = 1; caller <= 3; ++caller)
        acquire_now(semaphore, caller);
    semaphore.close();
    run_ready();
    acquire_now(semaphore, 4);
    CHECK(log == entries{{1, acquired}, {2, closed}, {3, closed}, {4, closed}});
}

TEST_CASE_FIXTURE(fixture, "close() ends a waiter that was granted a permit and has not run") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    acquire_now(semaphore, 2);
    semaphore.release();
    semaphore.close();
    run_ready();
    CHECK(log.back() == entry{2, closed});
    acquire_now(semaphore, 3);
    CHECK(log.back() == entry{3, closed});
}

TEST_CASE_FIXTURE(fixture, "a waiter that is cancelled is never granted a permit") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    start_cancellable(semaphore, 2);
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_ready();
    CHECK(log.back() == entry{2, closed});
    semaphore.release();
    acquire_now(semaphore, 3);
    CHECK(log.back() == entry{3, acquired});
}

TEST_CASE_FIXTURE(fixture, "a waiter that is cancelled after it was granted a permit acquires it") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    start_cancellable(semaphore, 2);
    acquire_now(semaphore, 3);
    semaphore.release();
    cancel.emit(boost::asio::cancellation_type::terminal);
    run_ready();
    CHECK(log == entries{{1, acquired}, {2, acquired}});
    semaphore.release();
    run_ready();
    CHECK(log.back() == entry{3, acquired});
}

TEST_CASE_FIXTURE(fixture, "a waiter that is cancelled and then granted a permit acquires it") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    start_cancellable(semaphore, 2);
    cancel.emit(boost::asio::cancellation_type::terminal);
    semaphore.release();
    run_ready();
    CHECK(log == entries{{1, acquired}, {2, acquired}});
    acquire_now(semaphore, 3);
    CHECK(log.size() == 2);
    end_waiters(semaphore);
}

TEST_CASE_FIXTURE(fixture, "a waiter that is destroyed gives up the permit that it was granted") {
    async_semaphore semaphore(io.get_executor(), 1);
    acquire_now(semaphore, 1);
    std::optional<boost::asio::io_context> other(std::in_place);
    boost::asio::co_spawn(*other, acquire(semaphore, 2, never, log), boost::asio::detached);
    other->poll();
    acquire_now(semaphore, 3);
    semaphore.release();  // grants 2 a permit
    run_ready();          // hands 2 over to the other io_context, which does not run
    CHECK(log == entries{{1, acquired}});
    other.reset();
    run_ready();
    CHECK(log == entries{{1, acquired}, {3, acquired}});
}
