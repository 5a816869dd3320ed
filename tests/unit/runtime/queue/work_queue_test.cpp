// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/work_queue.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using runtime::priority;
using runtime::time_point;

using queue = runtime::work_queue<std::string>;

const time_point start{1h};

queue make_queue() {
    return queue([](unsigned failures) -> runtime::duration { return 1s * (1 + failures); });
}

std::string take(queue& from, time_point now = start) {
    auto taken = from.take(now);
    return taken ? taken->key : "-";
}

TEST_CASE("a key that is added many times is handed out once") {
    queue work = make_queue();
    for (int i = 0; i < 5; ++i)
        work.add("a", priority::normal, start);
    CHECK(work.waiting() == 1);
    CHECK(take(work) == "a");
    CHECK(take(work) == "-");
}

TEST_CASE("settle drops what was added while the key ran, and nothing else") {
    queue work = make_queue();
    work.add("a", priority::normal, start);
    REQUIRE(take(work) == "a");
    work.add("a", priority::urgent, start);
    work.add("b", priority::normal, start);
    work.add_after("a", 1s, priority::normal, start);
    work.settle("a");
    CHECK(work.running() == 0);
    CHECK(take(work) == "b");
    CHECK(take(work) == "-");
    CHECK(take(work, start + 1s) == "a");
}

TEST_CASE("a settled key that was not added again takes no memory") {
    queue work = make_queue();
    work.add("a", priority::normal, start);
    REQUIRE(take(work) == "a");
    work.settle("a");
    CHECK(work.tracked() == 0);
}

TEST_CASE("an urgent delayed key stays urgent when it is added for bulk work before it is due") {
    queue work = make_queue();
    work.add_after("a", 2s, priority::urgent, start);
    work.add_after("a", 1s, priority::bulk, start);
    work.add("b", priority::normal, start);
    const auto first = work.take(start + 1s);
    REQUIRE(first);
    CHECK(first->key == "a");
    CHECK(first->level == priority::urgent);
}

TEST_CASE("keys of a priority are handed out in the order they came") {
    queue work = make_queue();
    for (const char* key : {"c", "a", "b", "a"})
        work.add(key, priority::normal, start);
    CHECK(take(work) == "c");
    CHECK(take(work) == "a");
    CHECK(take(work) == "b");
}

TEST_CASE("re-adding a key while it runs reruns it once") {
    queue work = make_queue();
    work.add("a", priority::normal, start);
    REQUIRE(take(work) == "a");
    for (int i = 0; i < 5; ++i)
        work.add("a", priority::normal, start);
    CHECK(take(work) == "-");  // never two workers on one key
    CHECK(work.waiting() == 0);
    work.done("a");
    CHECK(take(work) == "a");
    work.done("a");
    CHECK(take(work) == "-");
}

TEST_CASE("other keys go on while one runs") {
    queue work = make_queue();
    work.add("a", priority::normal, start);
    work.add("b", priority::normal, start);
    REQUIRE(take(work) == "a");
    CHECK(take(work) == "b");
    CHECK(work.running() == 2);
}

TEST_CASE("more urgent priorities go first") {
    queue work = make_queue();
    work.add("bulk", priority::bulk, start);
    work.add("normal", priority::normal, start);
    work.add("urgent", priority::urgent, start);
    CHECK(take(work) == "urgent");
    CHECK(take(work) == "normal");
    CHECK(take(work) == "bulk");
}

TEST_CASE("a waiting key moves up when it is added to a more urgent priority, and never down") {
    queue work = make_queue();
    work.add("first", priority::bulk, start);
    work.add("second", priority::bulk, start);
    work.add("second", priority::urgent, start);
    work.add("second", priority::bulk, start);
    CHECK(work.waiting(priority::urgent) == 1);
    CHECK(work.waiting(priority::bulk) == 1);
    const auto taken = work.take(start);
    REQUIRE(taken);
    CHECK(taken->key == "second");
    CHECK(taken->level == priority::urgent);
    CHECK(take(work) == "first");
    CHECK(take(work) == "-");
}

TEST_CASE("a key that runs is rerun in the most urgent priority it was added to") {
    queue work = make_queue();
    work.add("a", priority::bulk, start);
    REQUIRE(take(work) == "a");
    work.add("a", priority::urgent, start);
    work.add("a", priority::bulk, start);
    work.done("a");
    CHECK(work.waiting(priority::urgent) == 1);
}

TEST_CASE("an urgent stream does not starve bulk work") {
    queue work = make_queue();
    work.add("bulk", priority::bulk, start);
    int urgent_before = 0;
    for (int i = 0; i < 20; ++i) {
        work.add("urgent", priority::urgent, start);
        const std::string key = take(work);
        work.done(key);
        if (key == "bulk") break;
        ++urgent_before;
    }
    CHECK(urgent_before == 7);
}

TEST_CASE("a delayed key comes when it is due") {
    queue work = make_queue();
    work.add_after("a", 10s, priority::normal, start);
    CHECK(work.delayed() == 1);
    CHECK(work.next_wakeup(start) == start + 10s);
    CHECK(take(work, start + 10s - 1ns) == "-");
    CHECK(take(work, start + 10s) == "a");
    CHECK(work.next_wakeup(start + 10s) == std::nullopt);
}

TEST_CASE("of two delays of a key the earlier wins, whatever their order") {
    queue work = make_queue();
    SUBCASE("earlier first") {
        work.add_after("a", 5s, priority::normal, start);
        work.add_after("a", 10s, priority::normal, start);
    }
    SUBCASE("earlier last") {
        work.add_after("a", 10s, priority::normal, start);
        work.add_after("a", 5s, priority::normal, start);
    }
    CHECK(work.delayed() == 1);
    CHECK(take(work, start + 5s) == "a");
    work.done("a");
    CHECK(take(work, start + 1h) == "-");
}

TEST_CASE("the more urgent priority of two delays wins") {
    queue work = make_queue();
    work.add_after("a", 5s, priority::bulk, start);
    work.add_after("a", 10s, priority::urgent, start);
    const auto taken = work.take(start + 5s);
    REQUIRE(taken);
    CHECK(taken->level == priority::urgent);
}

TEST_CASE("an immediate add leaves the delay as it is") {
    queue work = make_queue();
    work.add_after("a", 10s, priority::normal, start);
    work.add("a", priority::normal, start);
    CHECK(take(work) == "a");
    work.done("a");
    CHECK(take(work, start + 9s) == "-");
    CHECK(take(work, start + 10s) == "a");
}

TEST_CASE("a delay that is due while the key runs or waits makes no second run") {
    queue work = make_queue();
    work.add_after("a", 1s, priority::normal, start);
    SUBCASE("waits") {
        work.add("a", priority::normal, start);
        CHECK(take(work, start + 2s) == "a");
        work.done("a");
        CHECK(take(work, start + 2s) == "-");
    }
    SUBCASE("runs: once more afterwards, as for any add") {
        work.add("a", priority::normal, start);
        REQUIRE(take(work) == "a");
        CHECK(take(work, start + 2s) == "-");
        work.done("a");
        CHECK(take(work, start + 2s) == "a");
    }
}

TEST_CASE("no delay at all, or a negative one, is an immediate add") {
    queue work = make_queue();
    work.add_after("a", 0s, priority::normal, start);
    work.add_after("b", -1s, priority::normal, start);
    CHECK(work.waiting() == 2);
    CHECK(work.delayed() == 0);
}

TEST_CASE("an endless delay does not overflow") {
    queue work = make_queue();
    work.add_after("a", runtime::duration::max(), priority::normal, start);
    CHECK(take(work, start + 24h * 365) == "-");
}

TEST_CASE("each failure of a key lengthens its own delay, until it is forgotten") {
    queue work = make_queue();
    CHECK(work.add_rate_limited("a", priority::normal, 0s, start) == 1s);
    CHECK(work.add_rate_limited("a", priority::normal, 0s, start) == 2s);
    CHECK(work.add_rate_limited("b", priority::normal, 0s, start) == 1s);
    CHECK(work.failures("a") == 2);
    CHECK(work.failing() == 2);
    work.forget("a");
    CHECK(work.failures("a") == 0);
    CHECK(work.failing() == 1);
    CHECK(work.add_rate_limited("a", priority::normal, 0s, start) == 1s);
}

TEST_CASE("a retry is not earlier than the server asked for") {
    queue work = make_queue();
    CHECK(work.add_rate_limited("a", priority::normal, 30s, start) == 30s);
    CHECK(work.add_rate_limited("b", priority::normal, 10ms, start) == 1s);
    CHECK(work.next_wakeup(start) == start + 1s);
}

TEST_CASE("a key takes no memory when nothing is to be remembered of it") {
    queue work = make_queue();
    work.add("a", priority::normal, start);
    CHECK(work.tracked() == 1);
    REQUIRE(take(work) == "a");
    (void)work.add_rate_limited("a", priority::normal, 0s, start);
    work.done("a");
    CHECK(work.tracked() == 1);
    REQUIRE(take(work, start + 1s) == "a");
    work.forget("a");
    work.done("a");
    CHECK(work.tracked() == 0);
    SUBCASE("nor after it is forgotten while idle") {
        (void)work.add_rate_limited("b", priority::normal, 0s, start);
        REQUIRE(take(work, start + 1s) == "b");
        work.done("b");
        CHECK(work.tracked() == 1);
        work.forget("b");
        CHECK(work.tracked() == 0);
    }
}

TEST_CASE("the queue says when it has to be asked again") {
    queue work = make_queue();
    CHECK(work.next_wakeup(start) == std::nullopt);
    work.add_after("a", 10s, priority::normal, start);
    work.add_after("b", 5s, priority::normal, start);
    CHECK(work.next_wakeup(start) == start + 5s);
    work.add("c", priority::normal, start);
    CHECK(work.next_wakeup(start) == start);
    REQUIRE(take(work) == "c");
    work.add("c", priority::normal, start);  // runs: not ready
    CHECK(work.next_wakeup(start) == start + 5s);
}

TEST_CASE("after a shut-down nothing is handed out or taken in, and what runs may end") {
    queue work = make_queue();
    work.add("running", priority::normal, start);
    REQUIRE(take(work) == "running");
    work.add("running", priority::normal, start);
    work.add("waiting", priority::normal, start);
    work.add_after("delayed", 1s, priority::normal, start);
    (void)work.add_rate_limited("failed", priority::normal, 0s, start);
    work.shut_down();
    CHECK(work.shutting_down());
    CHECK(work.next_wakeup(start) == std::nullopt);
    CHECK(take(work, start + 1h) == "-");
    work.add("late", priority::urgent, start);
    work.add_after("late", 1s, priority::urgent, start);
    CHECK(work.add_rate_limited("late", priority::urgent, 1s, start) == 0s);
    CHECK(work.tracked() == 1);
    work.done("running");
    CHECK(work.tracked() == 0);
    CHECK(work.running() == 0);
    CHECK(take(work, start + 1h) == "-");
}

/// The queue against the simplest thing that has its semantics, over many random histories.
TEST_CASE("no added key is lost, and no key is handed out twice at once") {
    std::uint32_t seed = 12345;
    const auto random = [&seed](std::uint32_t below) {
        seed = seed * 1664525U + 1013904223U;
        return (seed >> 8U) % below;
    };
    for (int history = 0; history < 200; ++history) {
        queue work = make_queue();
        std::map<std::string, bool> dirty;  // added and not taken since
        std::map<std::string, bool> running;
        time_point now = start;
        for (int step = 0; step < 200; ++step) {
            const std::string key(1, static_cast<char>('a' + random(4)));
            const auto where = static_cast<priority>(random(3));
            switch (random(4)) {
                case 0:
                    work.add(key, where, start);
                    dirty[key] = true;
                    break;
                case 1:
                    work.add_after(key, std::chrono::milliseconds(random(50)), where, now);
                    break;
                case 2:
                    if (auto taken = work.take(now)) {
                        CHECK_FALSE(running[taken->key]);
                        running[taken->key] = true;
                        dirty[taken->key] = false;
                    }
                    break;
                default:
                    if (running[key]) {
                        running[key] = false;
                        work.done(key);
                    }
            }
            now += std::chrono::milliseconds(random(10));
        }
        for (auto& [key, runs] : running) {
            if (runs) work.done(key);
        }
        now += 1s;
        while (auto taken = work.take(now)) {
            dirty[taken->key] = false;
            work.done(taken->key);
        }
        for (const auto& [key, left] : dirty)
            CHECK_FALSE(left);
        CHECK(work.tracked() == 0);
    }
}

/// Four workers, two of which are reserved, and four bulk keys that are handed out as far as they may be.
queue with_bulk_running() {
    queue work = make_queue();
    work.reserve(4, 2);
    for (const char* key : {"b1", "b2", "b3", "b4"})
        work.add(key, priority::bulk, start);
    CHECK(take(work) == "b1");
    CHECK(take(work) == "b2");
    return work;
}

TEST_CASE("bulk keys leave the reserved workers free, and an urgent key is handed out at once") {
    queue work = with_bulk_running();
    CHECK(take(work) == "-");
    CHECK_FALSE(work.next_wakeup(start));
    work.add("urgent", priority::urgent, start);
    CHECK(work.next_wakeup(start) == start);
    CHECK(take(work) == "urgent");
    CHECK(take(work) == "-");
    work.done("b1");
    CHECK(work.next_wakeup(start) == start);
    CHECK(take(work) == "b3");
    CHECK(take(work) == "-");
}

TEST_CASE("normal keys beside bulk keys leave half of the reserved workers free") {
    queue work = with_bulk_running();
    for (const char* key : {"n1", "n2"})
        work.add(key, priority::normal, start);
    CHECK(take(work) == "n1");
    CHECK(take(work) == "-");
    work.add("urgent", priority::urgent, start);
    CHECK(take(work) == "urgent");
    work.done("n1");
    CHECK(take(work) == "n2");
}

TEST_CASE("the share of lower priorities does not use reserved workers") {
    queue work = with_bulk_running();
    for (int i = 0; i < 20; ++i) {
        work.add("urgent", priority::urgent, start);
        CHECK(take(work) == "urgent");
        work.done("urgent");
    }
    CHECK(work.waiting(priority::bulk) == 2);
}

TEST_CASE(
    "urgent keys may use every worker, and a key that runs counts with the priority it was taken with") {
    queue work = make_queue();
    work.reserve(4, 2);
    for (const char* key : {"u1", "u2", "u3", "u4"}) {
        work.add(key, priority::urgent, start);
        CHECK(take(work) == key);
        work.add(key, priority::bulk, start);  // again, while it runs
    }
    work.done("u1");
    CHECK(take(work) == "u1");
    work.done("u2");
    CHECK(take(work) == "u2");
    work.done("u3");
    CHECK(take(work) == "-");
    work.shut_down();
    for (const char* key : {"u1", "u2", "u4"})
        work.done(key);
    CHECK(work.running() == 0);
}

TEST_CASE("with as few workers as reserved ones, one is left for bulk keys") {
    queue work = make_queue();
    work.reserve(2, 2);
    for (const char* key : {"b1", "b2"})
        work.add(key, priority::bulk, start);
    CHECK(take(work) == "b1");
    CHECK(take(work) == "-");
    work.done("b1");
    CHECK(take(work) == "b2");
}

/// How many waits of this priority were counted, and their sum in seconds.
std::pair<double, double> waits(const queue& of, priority level) {
    const auto& counted = of.statistics().wait(level);
    return {counted.cumulative_counts().back(), counted.sum()};
}

TEST_CASE(
    "a wait is counted from the first add, or from when the key was due, by the priority it was taken with") {
    queue work = make_queue();
    work.add("a", priority::bulk, start);
    work.add("a", priority::urgent, start + 1s);
    REQUIRE(take(work, start + 3s) == "a");
    CHECK(waits(work, priority::urgent) == std::pair{1.0, 3.0});
    CHECK(waits(work, priority::bulk) == std::pair{0.0, 0.0});

    work.add_after("b", 10s, priority::normal, start);
    REQUIRE(take(work, start + 10s) == "b");
    CHECK(waits(work, priority::normal) == std::pair{1.0, 0.0});

    work.add("b", priority::normal, start + 11s);  // while it runs
    work.done("b");
    REQUIRE(take(work, start + 15s) == "b");
    CHECK(waits(work, priority::normal) == std::pair{2.0, 4.0});
}

TEST_CASE("each retry is counted by its priority") {
    queue work = make_queue();
    work.add_rate_limited("a", priority::bulk, 0s, start);
    work.add_rate_limited("a", priority::bulk, 0s, start);
    work.add_rate_limited("b", priority::urgent, 0s, start);
    CHECK(work.statistics().retries(priority::bulk) == 2);
    CHECK(work.statistics().retries(priority::urgent) == 1);
    CHECK(work.statistics().retries(priority::normal) == 0);
}

}  // namespace
