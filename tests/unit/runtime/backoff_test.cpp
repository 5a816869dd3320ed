// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/backoff.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using namespace std::chrono_literals;
using runtime::backoff;
using runtime::backoff_policy;
using runtime::time_point;

const backoff_policy policy{.initial = 800ms, .cap = 30s, .factor = 2.0, .jitter = 1.0, .reset_after = 2min};
const time_point start{1h};

TEST_CASE("a scaled duration does not overflow") {
    CHECK(runtime::scaled(10ms, 2.5) == 25ms);
    CHECK(runtime::scaled(10ms, 0.0) == 0ms);
    CHECK(runtime::scaled(1h, 1e300) == runtime::duration::max());
}

TEST_CASE("delays double from the initial one up to the cap") {
    backoff delays(policy, [] { return 0.0; });
    std::vector<std::chrono::milliseconds> seen;
    for (int i = 0; i < 8; ++i)
        seen.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(delays.next(start)));
    CHECK(seen ==
          std::vector<std::chrono::milliseconds>{800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30s, 30s});
    CHECK(delays.failures() == 8);
}

TEST_CASE("jitter lengthens a delay, by up to its factor") {
    CHECK(runtime::backoff_delay(policy, 0, 0.0) == 800ms);
    CHECK(runtime::backoff_delay(policy, 0, 0.5) == 1200ms);
    CHECK(runtime::backoff_delay(policy, 20, 0.5) == 45s);
    CHECK(runtime::backoff_delay({.initial = 100ms, .cap = 1s, .jitter = 0.1}, 0, 0.5) == 105ms);
}

TEST_CASE("any number of failures gives at most the cap") {
    CHECK(runtime::backoff_delay(policy, 5'000, 0.0) == 30s);
    CHECK(runtime::backoff_delay(policy, std::numeric_limits<unsigned>::max(), 0.0) == 30s);
}

TEST_CASE("delays start again if nothing failed for a while after the last delay") {
    backoff delays(policy, [] { return 0.0; });
    (void)delays.next(start);
    (void)delays.next(start);  // ends at start + 1.6 s
    SUBCASE("not earlier") {
        CHECK(delays.next(start + 1600ms + 2min - 1ns) == 3200ms);
    }
    SUBCASE("from then on") {
        CHECK(delays.next(start + 1600ms + 2min) == 800ms);
    }
    SUBCASE("or after reset()") {
        delays.reset();
        CHECK(delays.next(start) == 800ms);
    }
}

TEST_CASE("retries grow from the initial delay to 5 minutes, with up to half as much jitter") {
    const auto calm = runtime::exponential_retry(5ms, [] { return 0.0; });
    CHECK(calm(0) == 5ms);
    CHECK(calm(1) == 10ms);
    CHECK(calm(10) == 5120ms);
    CHECK(calm(16) == 5min);
    CHECK(calm(1'000) == 5min);
    const auto wild = runtime::exponential_retry(5ms, [] { return 0.5; });
    CHECK(wild(0) == 6250us);
}

}  // namespace
