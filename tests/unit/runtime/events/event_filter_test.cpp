// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_filter.hpp"

#include "kube/api/names.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono_literals;
using runtime::event_filter;
using runtime::event_note;

const runtime::time_point start{1h};
const runtime::wall_time wall{1h};

event_note note(std::string text, std::string object = "docker-hub") {
    event_note made;
    made.regarding = {.api_version = "regcred.dev/v1alpha1",
                      .kind = "RegistryCredential",
                      .namespace_name = {},
                      .name = std::move(object),
                      .uid = "u1"};
    made.type = runtime::event_type::warning;
    made.reason = "Conflict";
    made.action = "Sync";
    made.note = std::move(text);
    return made;
}

TEST_CASE("an event like one before counts that one up") {
    event_filter filter;
    const auto first = filter.record(note("a"), start, wall);
    REQUIRE(first);
    CHECK(first->is_new);
    CHECK(first->count == 1);
    const auto second = filter.record(note("a"), start + 1s, wall + 1s);
    REQUIRE(second);
    CHECK_FALSE(second->is_new);
    CHECK(second->count == 2);
    CHECK(second->name == first->name);
    CHECK(second->when == wall + 1s);
}

TEST_CASE("an event that differs in anything is another one") {
    event_filter filter;
    const auto first = filter.record(note("a"), start, wall);
    event_note other_reason = note("a");
    other_reason.reason = "Denied";
    event_note other_type = note("a");
    other_type.type = runtime::event_type::normal;
    event_note other_uid = note("a");
    other_uid.regarding.uid = "u2";
    for (const event_note& each : {note("b"), note("a", "quay"), other_reason, other_type, other_uid}) {
        const auto write = filter.record(each, start, wall);
        REQUIRE(write);
        CHECK(write->is_new);
        CHECK(write->name != first->name);
    }
}

TEST_CASE("a repeat after the window is a new event") {
    event_filter filter({.window = 10min});
    const auto first = filter.record(note("a"), start, wall);
    SUBCASE("counted from the last one") {
        REQUIRE(filter.record(note("a"), start + 9min, wall + 9min));
        const auto third = filter.record(note("a"), start + 18min, wall + 18min);
        REQUIRE(third);
        CHECK_FALSE(third->is_new);
        CHECK(third->count == 3);
    }
    SUBCASE("with a name of its own") {
        const auto second = filter.record(note("a"), start + 10min + 1s, wall + 10min + 1s);
        REQUIRE(second);
        CHECK(second->is_new);
        CHECK(second->count == 1);
        CHECK(second->name != first->name);
    }
}

TEST_CASE("each object has a budget of requests, and what it cost is counted later") {
    event_filter filter({.burst = 3, .refill = 1min});
    for (int i = 0; i < 3; ++i)
        CHECK(filter.record(note("a"), start, wall));
    for (int i = 0; i < 5; ++i)
        CHECK_FALSE(filter.record(note("a"), start, wall));
    CHECK(filter.suppressed() == 5);
    CHECK(filter.record(note("a", "other"), start, wall));
    const auto later = filter.record(note("a"), start + 1min, wall);
    REQUIRE(later);
    CHECK(later->count == 9);
    SUBCASE("also of an event that could not be made yet") {
        CHECK_FALSE(filter.record(note("b"), start + 1min, wall));
        const auto made = filter.record(note("b"), start + 2min, wall);
        REQUIRE(made);
        CHECK(made->is_new);
        CHECK(made->count == 2);
    }
}

TEST_CASE("an event that could not be written is new the next time") {
    event_filter filter;
    REQUIRE(filter.record(note("a"), start, wall));
    filter.forget(note("a"));
    const auto again = filter.record(note("a"), start, wall);
    REQUIRE(again);
    CHECK(again->is_new);
}

TEST_CASE("names of events are names that the API server takes, and differ") {
    event_filter filter({.burst = 100});
    std::string last;
    for (const std::string& object : {std::string("a"),
                                      std::string(253, 'x'),
                                      std::string(235, 'x') + "." + std::string(17, 'y'),
                                      std::string(236, 'x') + "-" + std::string(16, 'y')}) {
        const auto write = filter.record(note("a", object), start, wall);
        REQUIRE(write);
        CAPTURE(write->name);
        CHECK(kube::is_dns1123_subdomain(write->name));
        CHECK(write->name != last);
        last = write->name;
    }
    const auto one = filter.record(note("1"), start, wall);
    const auto two = filter.record(note("2"), start, wall);
    REQUIRE(one);
    REQUIRE(two);
    CHECK(one->name != two->name);  // in the same instant
}

TEST_CASE("a note that is too long is cut between two characters, and dedupes as such") {
    event_filter filter;
    const std::string text = std::string(1'023, 'x') + "\xC3\xBC";
    const auto first = filter.record(note(text), start, wall);
    REQUIRE(first);
    CHECK(first->what.note.size() == 1'023);
    const auto second = filter.record(note(text), start, wall);
    REQUIRE(second);
    CHECK(second->count == 2);
}

TEST_CASE("a flood of different events and objects takes bounded memory") {
    event_filter filter({.window = 10min, .burst = 5, .refill = 1min, .remembered = 10});
    for (int i = 0; i < 1'000; ++i)
        (void)filter.record(note(std::to_string(i), "object"), start, wall);
    CHECK(filter.remembered() <= 10);
    int written = 0;
    for (int i = 0; i < 1'000; ++i) {
        written += filter.record(note("a", std::to_string(i)), start, wall).has_value() ? 1 : 0;
    }
    CHECK(written == 9);  // objects beyond those remembered have no budget …
    CHECK(filter.remembered() <= 10);
    CHECK(filter.record(note("a", "late"), start + 1h, wall));  // … until the others have theirs back
}

}  // namespace
