// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/worker_pool.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using runtime::outcome;
using runtime::priority;
using lines = std::vector<std::string>;

/// Work that a test holds back and lets go. Delays of the pool are of no length, so that nothing ever waits
/// for time.
struct fixture {
    boost::asio::io_context io{1};
    lines begun;
    std::map<std::string, runtime::wakeup> held;  // keys whose work waits
    std::map<std::string, std::vector<outcome>> outcomes;
    runtime::worker_pool<std::string> pool{io.get_executor(),
                                           [](unsigned failures) { return failures < 3 ? 0s : 1h; }};

    void start(std::size_t workers, std::size_t reserved = 0) {
        pool.start(workers, [this](std::string key) { return work(std::move(key)); }, reserved);
    }
    boost::asio::awaitable<outcome> work(std::string key) {
        begun.push_back(key);
        const auto hold = held.find(key);
        if (hold != held.end()) co_await hold->second.wait();
        auto& planned = outcomes[key];
        if (planned.empty()) co_return outcome::done();
        const outcome next = planned.front();
        planned.erase(planned.begin());
        co_return next;
    }

    void hold(const std::string& key) { held.try_emplace(key, io.get_executor()); }
    void release(const std::string& key) {
        held.at(key).notify_all();
        held.erase(key);
    }
    void turn() {
        io.restart();
        io.poll();
    }
    void begin_stop(runtime::duration limit) {
        stopped.reset();
        boost::asio::co_spawn(
            io, pool.stop(limit), [this](const std::exception_ptr&, bool all_ended) { stopped = all_ended; });
        turn();
    }
    bool stop(runtime::duration limit) {
        begin_stop(limit);
        while (!stopped) {
            io.restart();
            io.run_one();
        }
        return *stopped;
    }
    std::optional<bool> stopped;  // the answer of the last stop
};

TEST_CASE_FIXTURE(fixture, "work begins after the call that asks for it") {
    start(2);
    turn();
    pool.add("a");
    CHECK(begun.empty());
    turn();
    CHECK(begun == lines{"a"});
    CHECK(pool.queue().tracked() == 0);
}

TEST_CASE_FIXTURE(fixture, "bulk work that hangs does not hold up an urgent key, and goes on when it ends") {
    start(3, 2);
    for (const char* key : {"b1", "b2"}) {
        hold(key);
        pool.add(key, priority::bulk);
    }
    turn();
    CHECK(begun == lines{"b1"});
    pool.add("new", priority::urgent);
    turn();
    CHECK(begun == lines{"b1", "new"});
    release("b1");
    turn();
    CHECK(begun == lines{"b1", "new", "b2"});
    release("b2");
    turn();
    CHECK(pool.queue().tracked() == 0);
}

TEST_CASE_FIXTURE(fixture, "keys that were added before the start are worked on") {
    pool.add("a");
    pool.add("b", priority::urgent);
    start(1);
    turn();
    CHECK(begun == lines{"b", "a"});
}

TEST_CASE_FIXTURE(fixture, "as many keys are worked on at a time as there are workers") {
    for (const char* key : {"a", "b", "c"})
        hold(key);
    start(2);
    for (const char* key : {"a", "b", "c"})
        pool.add(key);
    turn();
    CHECK(begun == lines{"a", "b"});
    release("b");
    turn();
    CHECK(begun == lines{"a", "b", "c"});
    release("a");
    release("c");
    turn();
    CHECK(pool.queue().running() == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "a key that is added while it is worked on is worked on once more, by one worker") {
    hold("a");
    start(3);
    pool.add("a");
    turn();
    for (int i = 0; i < 5; ++i)
        pool.add("a");
    turn();
    CHECK(begun == lines{"a"});
    release("a");
    turn();
    CHECK(begun == lines{"a", "a"});
}

TEST_CASE_FIXTURE(fixture, "failures are retried after their back-off, and success forgets them") {
    outcomes["a"] = {outcome::retry(), outcome::retry(), outcome::done()};
    start(1);
    pool.add("a", priority::bulk);
    turn();
    CHECK(begun == lines{"a", "a", "a"});
    CHECK(pool.queue().failures("a") == 0);
}

TEST_CASE_FIXTURE(fixture, "a key that is worked on again keeps its priority") {
    SUBCASE("after a failure") {
        outcomes["a"] = {outcome::retry()};
    }
    SUBCASE("after a requeue") {
        outcomes["a"] = {outcome::requeue_after(0s)};
    }
    start(1);
    pool.add("a", priority::bulk);
    pool.add("b", priority::bulk);
    turn();
    CHECK(begun == lines{"a", "b", "a"});
}

TEST_CASE_FIXTURE(fixture, "a back-off is waited for") {
    outcomes["a"] = {outcome::retry(), outcome::retry(), outcome::retry(), outcome::retry()};
    start(1);
    pool.add("a");
    turn();
    CHECK(begun.size() == 4);  // the fourth failure waits for an hour
    CHECK(pool.queue().delayed() == 1);
    CHECK(pool.queue().failures("a") == 4);
}

TEST_CASE_FIXTURE(fixture, "a retry waits as long as the server asked") {
    outcomes["a"] = {outcome::retry_not_before(1h)};
    start(1);
    pool.add("a");
    turn();
    CHECK(begun == lines{"a"});
    CHECK(pool.queue().delayed() == 1);
}

TEST_CASE_FIXTURE(fixture, "a requeue forgets the failures and comes after its delay") {
    outcomes["a"] = {outcome::retry(), outcome::requeue_after(0s), outcome::requeue_after(1h)};
    start(1);
    pool.add("a");
    turn();
    CHECK(begun == lines{"a", "a", "a"});
    CHECK(pool.queue().failures("a") == 0);
    CHECK(pool.queue().delayed() == 1);
}

TEST_CASE_FIXTURE(fixture, "idle workers wake for a delay that is shorter than the one they wait for") {
    start(2);
    turn();
    pool.add_after("late", 1h);
    turn();
    pool.add_after("soon", 1ms);
    while (begun.empty()) {
        io.restart();
        io.run_one();
    }
    CHECK(begun == lines{"soon"});
    CHECK(pool.queue().delayed() == 1);
}

TEST_CASE_FIXTURE(fixture, "a stop waits for what runs and takes nothing more") {
    hold("a");
    start(1);
    pool.add("a");
    turn();
    pool.add("b");
    begin_stop(1min);
    CHECK_FALSE(stopped.has_value());
    release("a");
    turn();
    CHECK(stopped == true);
    CHECK(begun == lines{"a"});
}

TEST_CASE_FIXTURE(fixture, "a stop does not wait for ever") {
    hold("a");
    start(1);
    pool.add("a");
    turn();
    CHECK_FALSE(stop(1ms));
    CHECK(pool.queue().running() == 1);
    release("a");
    CHECK(stop(1min));
}

TEST_CASE_FIXTURE(fixture, "settled work is not repeated for what was added while it ran") {
    hold("a");
    outcomes["a"] = {outcome::settled()};
    start(1);
    pool.add("a");
    turn();
    pool.add("a");
    release("a");
    turn();
    CHECK(begun == lines{"a"});
    pool.add("a");
    turn();
    CHECK(begun == lines{"a", "a"});
}

TEST_CASE_FIXTURE(fixture, "a stop ends idle workers at once") {
    start(3);
    turn();
    CHECK(stop(1min));
    pool.add("late");
    turn();
    CHECK(begun.empty());
}

TEST_CASE_FIXTURE(fixture, "a worker's exception leaves the loop") {
    runtime::worker_pool<std::string> broken(io.get_executor(), [](unsigned) { return 0s; });
    broken.start(1, [](std::string) -> boost::asio::awaitable<outcome> { throw std::logic_error("a bug"); });
    broken.add("a");
    CHECK_THROWS_AS(io.run(), std::logic_error);
}

TEST_CASE("work that never waits does not keep the loop from others") {
    boost::asio::io_context io{1};
    int done = 0;
    constexpr int all = 50;
    const auto busy = [&done](int) -> boost::asio::awaitable<outcome> {
        const auto until = std::chrono::steady_clock::now() + 1ms;
        while (std::chrono::steady_clock::now() < until) {
        }
        ++done;
        co_return outcome::done();
    };
    runtime::worker_pool<int> pool{io.get_executor(), [](unsigned) { return 1h; }};
    for (int key = 0; key < all; ++key)
        pool.add(key);
    pool.start(1, busy);
    int done_before_other = all;
    boost::asio::post(io, [&] { done_before_other = done; });
    boost::asio::post(io, [&] { boost::asio::post(io, [&] { done_before_other = done; }); });
    while (done < all)
        io.run_one();
    CHECK(done_before_other > 0);
    CHECK(done_before_other < all);
}

}  // namespace
