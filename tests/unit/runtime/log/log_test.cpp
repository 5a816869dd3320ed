// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/log.hpp"

#include "support/log_capture.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using runtime::log_format;
using runtime::log_level;

TEST_CASE("records below the level are not written") {
    support::log_capture lines;
    int clock_reads = 0;
    const runtime::logger log(lines, log_level::warn, log_format::text, [&] {
        ++clock_reads;
        return runtime::wall_time{1s};
    });
    log.debug("one");
    log.info("two");
    CHECK(clock_reads == 0);
    log.warn("three", {{"n", 3}});
    log.error("four");
    REQUIRE(lines.lines().size() == 2);
    CHECK(lines.lines()[0] == "1970-01-01T00:00:01.000Z warn  three n=3");
    CHECK(lines.lines()[1] == "1970-01-01T00:00:01.000Z error four");
    CHECK(log.enabled(log_level::error));
    CHECK_FALSE(log.enabled(log_level::info));
}

TEST_CASE("levels and formats are parsed from their names") {
    for (const log_level level : {log_level::debug, log_level::info, log_level::warn, log_level::error}) {
        CHECK(runtime::log_level_of(runtime::to_string(level)) == level);
    }
    CHECK(runtime::log_level_of("INFO") == std::nullopt);
    CHECK(runtime::log_level_of("") == std::nullopt);
    CHECK(runtime::log_format_of("json") == log_format::json);
    CHECK(runtime::log_format_of("text") == log_format::text);
    CHECK(runtime::log_format_of("xml") == std::nullopt);
}

}  // namespace
