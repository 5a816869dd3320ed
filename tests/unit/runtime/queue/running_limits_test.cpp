// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/running_limits.hpp"

#include <doctest/doctest.h>

using runtime::priority;
using runtime::running_limits;

TEST_CASE("without reserved workers every priority is admitted without limit") {
    running_limits limits;
    for (int i = 0; i < 1000; ++i)
        limits.begin(priority::bulk);
    CHECK(limits.admits(priority::bulk));
    CHECK(limits.count() == 1000);
}

TEST_CASE("bulk keys leave all reserved workers free, and normal keys half of them") {
    running_limits limits;
    limits.reserve(8, 4);
    for (int i = 0; i < 4; ++i) {
        CHECK(limits.admits(priority::bulk));
        limits.begin(priority::bulk);
    }
    CHECK_FALSE(limits.admits(priority::bulk));
    for (int i = 0; i < 2; ++i) {
        CHECK(limits.admits(priority::normal));
        limits.begin(priority::normal);
    }
    CHECK_FALSE(limits.admits(priority::normal));
    CHECK(limits.admits(priority::urgent));
    CHECK(limits.count() == 6);
    limits.end(priority::normal);
    CHECK(limits.admits(priority::normal));
    CHECK_FALSE(limits.admits(priority::bulk));
    limits.end(priority::bulk);
    CHECK(limits.admits(priority::bulk));
    CHECK(limits.count() == 4);
}

TEST_CASE("urgent keys do not count for the limits of other priorities") {
    running_limits limits;
    limits.reserve(4, 2);
    for (int i = 0; i < 10; ++i)
        limits.begin(priority::urgent);
    CHECK(limits.admits(priority::urgent));
    CHECK(limits.admits(priority::normal));
    CHECK(limits.admits(priority::bulk));
}

TEST_CASE("one worker is left for every priority") {
    running_limits limits;
    limits.reserve(2, 2);
    CHECK(limits.admits(priority::bulk));
    limits.begin(priority::bulk);
    CHECK_FALSE(limits.admits(priority::bulk));
}
