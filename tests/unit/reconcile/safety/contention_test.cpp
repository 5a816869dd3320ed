// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/contention.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using reconcile::contention;

namespace {
const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};
const contention::time_point start{};
}  // namespace

TEST_CASE("the first repairs of a copy are immediate") {
    contention c;
    auto now = start;
    for (int n = 0; n < contention::free_repairs; ++n) {
        CHECK(c.wait(key, now) == 0s);
        c.repaired(key, now);
        now += 100ms;
    }
    CHECK(c.wait(key, now) > 0s);
}

TEST_CASE(
    "an object that is reverted for an hour is repaired at most 30 times, and at least every ten minutes") {
    contention c;
    int repairs = 0;
    auto last = start;
    auto longest = 0s;
    for (auto now = start; now < start + 1h; now += 1s) {
        if (c.wait(key, now) > 0s) continue;
        longest = std::max(longest, std::chrono::duration_cast<std::chrono::seconds>(now - last));
        last = now;
        c.repaired(key, now);
        ++repairs;
    }
    CHECK(repairs <= 30);
    CHECK(repairs >= 10);
    CHECK(longest <= 10min);
}

TEST_CASE("other copies are not slowed down") {
    contention c;
    for (int n = 0; n < 20; ++n)
        c.repaired(key, start);
    CHECK(c.wait({.namespace_name = "team-b", .name = "regcred"}, start) == 0s);
}

TEST_CASE("after a quiet time repairs are immediate again") {
    contention c;
    for (int n = 0; n < 20; ++n)
        c.repaired(key, start);
    const auto later = start + contention::quiet;
    CHECK(c.wait(key, later) == 0s);
    c.repaired(key, later);
    CHECK(c.wait(key, later) == 0s);
}

TEST_CASE("an object that has been quiet takes no memory") {
    contention c;
    auto now = start + contention::quiet;
    for (int n = 0; n < 100; ++n)
        c.repaired({.namespace_name = "team-" + std::to_string(n), .name = "regcred"}, now);
    CHECK(c.size() == 100);
    now += contention::quiet;
    c.repaired(key, now);
    CHECK(c.size() == 1);
}

TEST_CASE("repairs before a quiet time do not count, even if they are still in memory") {
    contention c;
    const runtime::object_key other{.namespace_name = "team-b", .name = "regcred"};
    const auto begin = start + contention::quiet;
    c.repaired(other, begin);
    for (int n = 0; n < contention::free_repairs; ++n)
        c.repaired(key, begin + 1min);
    c.repaired(other, begin + contention::quiet);
    const auto later = begin + 1min + contention::quiet;
    c.repaired(key, later);
    CHECK(c.wait(key, later) == 0s);
}
