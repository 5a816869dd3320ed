// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/repeat_limit.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

TEST_CASE("each key is allowed once in an interval") {
    reconcile::repeat_limit<std::string> limit(30s);
    const runtime::time_point start{1h};
    CHECK(limit.allows("a", start));
    CHECK_FALSE(limit.allows("a", start));
    CHECK(limit.allows("b", start + 1s));
    CHECK_FALSE(limit.allows("a", start + 29s));
    CHECK(limit.allows("a", start + 30s));
    CHECK_FALSE(limit.allows("a", start + 59s));
}

TEST_CASE("the wait of a key is the rest of the interval since it was last done") {
    reconcile::repeat_limit<std::string> limit(1s);
    const runtime::time_point start{1h};
    CHECK(limit.wait("a", start) == 0s);
    CHECK(limit.wait("a", start) == 0s);  // asking does not count
    limit.done("a", start);
    CHECK(limit.wait("a", start) == 1s);
    CHECK(limit.wait("a", start + 300ms) == 700ms);
    CHECK(limit.wait("a", start + 1s) == 0s);
    CHECK(limit.wait("a", start + 1h) == 0s);
    CHECK(limit.wait("b", start) == 0s);
    limit.done("a", start + 500ms);
    CHECK(limit.wait("a", start + 1s) == 500ms);
    limit.forget("a");
    CHECK(limit.wait("a", start + 1s) == 0s);
}

TEST_CASE("keys whose interval is over take no memory for long") {
    reconcile::repeat_limit<int> limit(30s);
    runtime::time_point now{1h};
    for (int key = 0; key < 100'000; ++key) {
        now += 100ms;
        CHECK(limit.allows(key, now));
    }
    CHECK(limit.size() <= 1000);  // 300 in an interval
}
