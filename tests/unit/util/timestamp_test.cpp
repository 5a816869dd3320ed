// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/timestamp.hpp"

#include <doctest/doctest.h>

#include <string>

using util::read_time;
using util::wall_time;
using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

wall_time at(sys_days day, system_clock::duration time) {
    return wall_time{day} + time;
}

}  // namespace

TEST_CASE("write_time() rounds down to seconds, and write_micro_time() to microseconds") {
    struct example {
        wall_time when;
        const char* seconds;
        const char* micros;
    };
    const example table[] = {
        {wall_time{}, "1970-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z"},
        {at(2026y / January / 31, 23h + 59min + 59s), "2026-01-31T23:59:59Z", "2026-01-31T23:59:59.000000Z"},
        {at(2026y / January / 31, 23h + 59min + 59s + 999'999us),
         "2026-01-31T23:59:59Z",
         "2026-01-31T23:59:59.999999Z"},
        {at(2024y / February / 29, 1h + 2min + 3s + 45us),
         "2024-02-29T01:02:03Z",
         "2024-02-29T01:02:03.000045Z"},
        {wall_time{} - 1ns, "1969-12-31T23:59:59Z", "1969-12-31T23:59:59.999999Z"},
        {at(2026y / January / 1, 999ns), "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000000Z"},
    };
    for (const auto& row : table) {
        CHECK(util::write_time(row.when) == row.seconds);
        CHECK(util::write_micro_time(row.when) == row.micros);
    }
}

TEST_CASE("read_time() reads what write_time() wrote, up to the limits of the clock") {
    const wall_time table[] = {wall_time{},
                               at(2026y / November / 23, 12h),
                               floor<seconds>(wall_time::max()),
                               ceil<seconds>(wall_time::min())};
    for (const auto when : table) {
        CHECK(read_time(util::write_time(when)) == when);
    }
    CHECK(read_time("2024-02-29T01:02:03Z") == at(2024y / February / 29, 1h + 2min + 3s));
}

TEST_CASE("texts sort like their times") {
    CHECK(util::write_time(at(2026y / January / 9, 23h)) < util::write_time(at(2026y / January / 10, 0h)));
}

TEST_CASE("read_time() refuses other forms, and dates and times that do not exist") {
    for (const auto* text : {"",
                             "2026-01-31",
                             "2026-01-31T23:59:59",
                             "2026-01-31T23:59:59z",
                             "2026-01-31 23:59:59Z",
                             "2026-01-31T23:59:59.1Z",
                             "2026-01-31T23:59:59+00:00",
                             "2026-1-31T23:59:59Z0",
                             "2026-13-01T00:00:00Z",
                             "2026-00-01T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-04-31T00:00:00Z",
                             "2026-01-00T00:00:00Z",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T00:60:00Z",
                             "2026-01-01T00:00:60Z",
                             "-026-01-01T00:00:00Z",
                             "2026-01-01T+1:00:00Z",
                             "20 6-01-01T00:00:00Z",
                             "9999-12-31T23:59:59Z",
                             "0001-01-01T00:00:00Z"}) {
        CAPTURE(text);
        CHECK_FALSE(read_time(text).has_value());
    }
}
