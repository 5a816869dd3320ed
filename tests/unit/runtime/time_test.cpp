// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/time.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;

TEST_CASE("times are written in UTC and rounded down") {
    const runtime::wall_time time =
        std::chrono::sys_days{std::chrono::year{2026} / 2 / 28} + 23h + 59min + 58s + 999'999us;
    CHECK(runtime::rfc3339(time) == "2026-02-28T23:59:58Z");
    CHECK(runtime::rfc3339_millis(time) == "2026-02-28T23:59:58.999Z");
    CHECK(runtime::rfc3339_millis(runtime::wall_time{}) == "1970-01-01T00:00:00.000Z");
}

TEST_CASE("a scaled duration does not overflow") {
    CHECK(runtime::scaled(10ms, 2.5) == 25ms);
    CHECK(runtime::scaled(10ms, 0.0) == 0ms);
    CHECK(runtime::scaled(1h, 1e300) == runtime::duration::max());
}

}  // namespace
