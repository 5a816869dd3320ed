// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_correlator.hpp"

#include "kube/api/names.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using runtime::event_correlator;
using runtime::object_event;
using runtime::time_point;
using runtime::token_bucket;

const time_point start{1h};

int taken(token_bucket& bucket, time_point now) {
    int count = 0;
    while (bucket.take(now))
        ++count;
    return count;
}

TEST_CASE("a bucket gives its burst at once and then one token an interval") {
    token_bucket bucket(3, 1min, start);
    CHECK(bucket.full(start));
    CHECK(taken(bucket, start) == 3);
    CHECK_FALSE(bucket.full(start));
    CHECK(taken(bucket, start + 59s) == 0);
    CHECK(taken(bucket, start + 60s) == 1);
    CHECK(taken(bucket, start + 180s) == 2);
}

TEST_CASE("a bucket never holds more than its burst") {
    token_bucket bucket(3, 1min, start);
    CHECK(taken(bucket, start) == 3);
    CHECK_FALSE(bucket.full(start + 179s));
    CHECK(bucket.full(start + 180s));
    CHECK(taken(bucket, start + 24h) == 3);
}

TEST_CASE("a time in the past neither gives nor takes tokens") {
    token_bucket bucket(1, 1min, start);
    CHECK(taken(bucket, start) == 1);
    CHECK(taken(bucket, start - 1h) == 0);
    CHECK(taken(bucket, start + 59s) == 0);
    CHECK(taken(bucket, start + 60s) == 1);
}

const runtime::wall_time wall{1h};

object_event event(std::string text, std::string object = "blue") {
    object_event made;
    made.regarding = {.api_version = "example.com/v1",
                      .kind = "Widget",
                      .namespace_name = {},
                      .name = std::move(object),
                      .uid = "u1"};
    made.type = kube::event_type::warning;
    made.reason = "Conflict";
    made.action = "Sync";
    made.note = std::move(text);
    return made;
}

TEST_CASE("a repeated event updates the series of the first") {
    event_correlator correlator;
    const auto first = correlator.record(event("a"), start, wall);
    REQUIRE(first);
    CHECK(first->is_new);
    CHECK(first->count == 1);
    const auto second = correlator.record(event("a"), start + 1s, wall + 1s);
    REQUIRE(second);
    CHECK_FALSE(second->is_new);
    CHECK(second->count == 2);
    CHECK(second->name == first->name);
    CHECK(second->last_observed == wall + 1s);
}

TEST_CASE("an event that differs in any field is new") {
    event_correlator correlator;
    const auto first = correlator.record(event("a"), start, wall);
    object_event other_reason = event("a");
    other_reason.reason = "Denied";
    object_event other_type = event("a");
    other_type.type = kube::event_type::normal;
    object_event other_uid = event("a");
    other_uid.regarding.uid = "u2";
    for (const object_event& each : {event("b"), event("a", "red"), other_reason, other_type, other_uid}) {
        const auto write = correlator.record(each, start, wall);
        REQUIRE(write);
        CHECK(write->is_new);
        CHECK(write->name != first->name);
    }
}

TEST_CASE("an event repeated after the window is new") {
    event_correlator correlator({.window = 10min});
    const auto first = correlator.record(event("a"), start, wall);
    SUBCASE("the window begins at the last repeat") {
        REQUIRE(correlator.record(event("a"), start + 9min, wall + 9min));
        const auto third = correlator.record(event("a"), start + 18min, wall + 18min);
        REQUIRE(third);
        CHECK_FALSE(third->is_new);
        CHECK(third->count == 3);
    }
    SUBCASE("not exactly at its end") {
        const auto second = correlator.record(event("a"), start + 10min, wall + 10min);
        REQUIRE(second);
        CHECK_FALSE(second->is_new);
    }
    SUBCASE("events without a request count as repeats") {
        event_correlator poor({.window = 10min, .burst = 1, .refill_interval = 15min});
        REQUIRE(poor.record(event("a"), start, wall));
        CHECK_FALSE(poor.record(event("a"), start + 8min, wall + 8min));
        const auto third = poor.record(event("a"), start + 16min, wall + 16min);
        REQUIRE(third);
        CHECK_FALSE(third->is_new);
        CHECK(third->count == 3);
    }
    SUBCASE("it has another name") {
        const auto second = correlator.record(event("a"), start + 10min + 1s, wall + 10min + 1s);
        REQUIRE(second);
        CHECK(second->is_new);
        CHECK(second->count == 1);
        CHECK(second->name != first->name);
    }
}

TEST_CASE("each object has a budget of requests; events beyond it are counted") {
    event_correlator correlator({.burst = 3, .refill_interval = 1min});
    for (int i = 0; i < 3; ++i)
        CHECK(correlator.record(event("a"), start, wall));
    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(correlator.record(event("a"), start, wall));
    CHECK(correlator.record(event("a", "other"), start, wall));
    const auto later = correlator.record(event("a"), start + 1min, wall);
    REQUIRE(later);
    CHECK(later->count == 9);
    SUBCASE("also events of a series that has no Event yet") {
        CHECK_FALSE(correlator.record(event("b"), start + 1min, wall));
        const auto made = correlator.record(event("b"), start + 2min, wall);
        REQUIRE(made);
        CHECK(made->is_new);
        CHECK(made->count == 2);
    }
}

TEST_CASE("a forgotten event is new the next time") {
    event_correlator correlator;
    REQUIRE(correlator.record(event("a"), start, wall));
    correlator.forget(event("a"));
    const auto again = correlator.record(event("a"), start, wall);
    REQUIRE(again);
    CHECK(again->is_new);
}

TEST_CASE("names of Events are valid and unique") {
    event_correlator correlator({.burst = 100});
    std::string last;
    for (const std::string& object : {std::string("a"),
                                      std::string(253, 'x'),
                                      std::string(235, 'x') + "." + std::string(17, 'y'),
                                      std::string(236, 'x') + "-" + std::string(16, 'y')}) {
        const auto write = correlator.record(event("a", object), start, wall);
        REQUIRE(write);
        CAPTURE(write->name);
        CHECK(kube::is_dns1123_subdomain(write->name));
        CHECK(write->name != last);
        last = write->name;
    }
    const auto one = correlator.record(event("1"), start, wall);
    const auto two = correlator.record(event("2"), start, wall);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->name != two->name);  // at the same time
}

TEST_CASE("the name of an Event with an identity depends on that and the object, not on the time") {
    event_correlator correlator;
    auto told = event("a");
    told.identity = 0xabcdef;
    const auto first = correlator.record(told, start, wall);
    REQUIRE(first);
    CHECK(first->name == "blue.0000000000abcdef");
    CHECK(kube::is_dns1123_subdomain(first->name));
    const auto later = event_correlator().record(told, start, wall + 1h);
    REQUIRE(later);
    CHECK(later->name == first->name);
}

TEST_CASE("a note that is too long is cut between two characters, also for the comparison of events") {
    event_correlator correlator;
    const std::string text = std::string(1'023, 'x') + "\xC3\xBC";
    const auto first = correlator.record(event(text), start, wall);
    REQUIRE(first);
    CHECK(first->event.note.size() == 1'023);
    const auto second = correlator.record(event(text), start, wall);
    REQUIRE(second);
    CHECK(second->count == 2);
}

TEST_CASE("beyond the capacity the oldest series is forgotten") {
    event_correlator correlator({.window = 10min, .burst = 100, .capacity = 2});
    (void)correlator.record(event("a"), start, wall);
    (void)correlator.record(event("b"), start + 1s, wall);
    (void)correlator.record(event("a"), start + 2s, wall);
    (void)correlator.record(event("c"), start + 3s, wall);
    CHECK(correlator.size() == 2);
    CHECK_FALSE(correlator.record(event("a"), start + 4s, wall)->is_new);
    CHECK(correlator.record(event("b"), start + 5s, wall)->is_new);
}

TEST_CASE("beyond the capacity all series are forgotten whose window is over") {
    event_correlator correlator({.window = 10min, .burst = 100, .capacity = 3});
    (void)correlator.record(event("a"), start, wall);
    (void)correlator.record(event("b"), start, wall);
    (void)correlator.record(event("c"), start + 10min, wall);
    CHECK(correlator.size() == 3);
    (void)correlator.record(event("d"), start + 10min + 1s, wall);
    CHECK(correlator.size() == 2);
    CHECK_FALSE(correlator.record(event("c"), start + 10min + 2s, wall)->is_new);
}

TEST_CASE("beyond the capacity only full budgets are forgotten") {
    event_correlator correlator({.burst = 2, .refill_interval = 1min, .capacity = 2});
    CHECK(correlator.record(event("a", "one"), start, wall));
    CHECK(correlator.record(event("a", "one"), start, wall));
    CHECK(correlator.record(event("a", "two"), start, wall));
    CHECK_FALSE(correlator.record(event("a", "three"), start + 59s, wall));
    CHECK(correlator.record(event("a", "three"), start + 1min, wall));  // that of "two" is full
    CHECK(correlator.record(event("a", "one"), start + 1min, wall));
    CHECK_FALSE(correlator.record(event("a", "one"), start + 1min, wall));
}

TEST_CASE("many different events and objects take bounded memory") {
    event_correlator correlator({.window = 10min, .burst = 5, .refill_interval = 1min, .capacity = 10});
    for (int i = 0; i < 1'000; ++i)
        (void)correlator.record(event(std::to_string(i), "object"), start, wall);
    CHECK(correlator.size() <= 10);
    int written = 0;
    for (int i = 0; i < 1'000; ++i) {
        written += correlator.record(event("a", std::to_string(i)), start, wall).has_value() ? 1 : 0;
    }
    CHECK(written == 9);  // objects beyond the capacity have no budget …
    CHECK(correlator.size() <= 10);
    CHECK(correlator.record(
        event("a", "late"), start + 1h, wall));  // … until those of the others are full again
}

}  // namespace
