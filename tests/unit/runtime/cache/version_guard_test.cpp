// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/version_guard.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;

struct fixture {
    runtime::version_guard guard;
    runtime::time_point now{1h};

    fixture() { guard.set("1000"); }
    bool lists(const std::string& version) { return guard.accepts(version, guard.version(), now); }
    /// A list of this version every minute.
    void is_refused(int times, const std::string& version) {
        for (int i = 0; i < times; ++i) {
            CHECK_FALSE(lists(version));
            now += 1min;
        }
    }
};

TEST_CASE_FIXTURE(fixture, "lists that stay older for minutes prove that state went back in time") {
    is_refused(3, "900");
    CHECK_FALSE(guard.went_back());
    CHECK_FALSE(lists("905"));
    CHECK(guard.went_back());
}

TEST_CASE_FIXTURE(fixture, "a few lists prove nothing, however long they are apart") {
    CHECK_FALSE(lists("900"));
    now += 1h;
    CHECK_FALSE(lists("900"));
    CHECK_FALSE(guard.went_back());
}

TEST_CASE_FIXTURE(fixture, "many lists within a moment prove nothing") {
    for (int i = 0; i < 100; ++i)
        CHECK_FALSE(lists("900"));
    CHECK_FALSE(guard.went_back());
}

TEST_CASE_FIXTURE(fixture, "a list that is not older ends the proof") {
    is_refused(3, "900");
    CHECK(lists("1001"));
    is_refused(3, "900");
    CHECK_FALSE(guard.went_back());
    is_refused(1, "900");
    CHECK(guard.went_back());
}

TEST_CASE_FIXTURE(fixture, "a list that is older than the ones before begins a new proof") {
    is_refused(3, "900");
    is_refused(3, "800");
    CHECK_FALSE(guard.went_back());
    is_refused(1, "800");
    CHECK(guard.went_back());
}

TEST_CASE_FIXTURE(fixture, "a list without a version is refused and proves nothing") {
    is_refused(10, "");
    CHECK_FALSE(guard.went_back());
    CHECK(guard.refusal() == "the API server's list has no resourceVersion");
}

TEST_CASE_FIXTURE(fixture, "a list is judged by what was seen when it was begun") {
    const auto floor = guard.version();
    guard.advance("1010");
    CHECK(guard.accepts("1005", floor, now));
    CHECK_FALSE(guard.accepts("999", floor, now));
    guard.advance("5");
    CHECK(guard.version() == "1010");
}

TEST_CASE_FIXTURE(fixture, "after forget() no list is refused") {
    guard.forget();
    CHECK(lists("1"));
}

}  // namespace
