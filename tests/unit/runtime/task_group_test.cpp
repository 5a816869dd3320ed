// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/task_group.hpp"

#include "runtime/wakeup.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using namespace std::chrono_literals;

struct fixture {
    boost::asio::io_context io{1};
    runtime::wakeup gate{io.get_executor()};
    runtime::task_group tasks{io.get_executor()};
    int ended = 0;

    boost::asio::awaitable<void> wait() {
        co_await gate.wait();
        ++ended;
    }
    boost::asio::awaitable<void> wait_for_ever() {
        for (;;)
            co_await gate.wait();
    }
    boost::asio::awaitable<void> fail() {
        co_await gate.wait();
        throw std::logic_error("a bug");
    }
    boost::asio::awaitable<void> fail_with(boost::system::error_code error) {
        co_await boost::asio::post(boost::asio::use_awaitable);
        throw boost::system::system_error(error);
    }
    bool join(runtime::duration timeout) {
        bool result = false;
        bool done = false;
        boost::asio::co_spawn(io, tasks.join(timeout), [&](const std::exception_ptr&, bool all_ended) {
            result = all_ended;
            done = true;
        });
        while (!done) {
            io.restart();
            io.run_one();
        }
        return result;
    }
};

TEST_CASE_FIXTURE(fixture, "join() waits for the tasks to end") {
    tasks.spawn(wait());
    tasks.spawn(wait());
    io.poll();
    CHECK(tasks.running() == 2);
    gate.notify_all();
    CHECK(join(1h));
    CHECK(ended == 2);
    CHECK(tasks.running() == 0);
}

TEST_CASE_FIXTURE(fixture, "join() of an empty group returns at once") {
    CHECK(join(1h));
}

TEST_CASE_FIXTURE(fixture, "join() gives up after its timeout") {
    tasks.spawn(wait());
    CHECK_FALSE(join(1ms));
    CHECK(tasks.running() == 1);
    gate.notify_all();
    CHECK(join(1h));
}

TEST_CASE_FIXTURE(fixture, "cancelled tasks end without an exception") {
    tasks.spawn(wait_for_ever());
    tasks.spawn(wait_for_ever());
    io.poll();
    gate.notify_all();
    io.poll();
    CHECK(tasks.running() == 2);
    tasks.cancel();
    CHECK(join(1h));
}

TEST_CASE_FIXTURE(fixture, "operation_aborted leaves io_context::run() if the group is not cancelled") {
    tasks.spawn(fail_with(boost::asio::error::operation_aborted));
    CHECK_THROWS_AS(io.run(), boost::system::system_error);
}

TEST_CASE_FIXTURE(fixture, "other errors leave io_context::run() even if the group is cancelled") {
    tasks.cancel();
    tasks.spawn(fail_with(boost::asio::error::connection_reset));
    CHECK_THROWS_AS(io.run(), boost::system::system_error);
}

TEST_CASE_FIXTURE(fixture, "an exception of a task leaves io_context::run(), and the task has ended") {
    tasks.spawn(fail());
    io.poll();
    gate.notify_all();
    io.restart();
    CHECK_THROWS_AS(io.run(), std::logic_error);
    CHECK(tasks.running() == 0);
}

}  // namespace
