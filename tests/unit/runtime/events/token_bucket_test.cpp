// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/token_bucket.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
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

}  // namespace
