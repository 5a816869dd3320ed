// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/log/log.hpp"

#include "kube/json.hpp"
#include "support/log_capture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using runtime::log_format;
using runtime::log_level;

const runtime::wall_time time =
    std::chrono::sys_days{std::chrono::year{2026} / 1 / 2} + 3h + 4min + 5s + 678ms;

std::string json_of(std::string_view message, runtime::log_fields fields = {}) {
    return runtime::format_record(log_format::json, time, log_level::info, message, fields);
}

std::string text_of(std::string_view message, runtime::log_fields fields = {}) {
    return runtime::format_record(log_format::text, time, log_level::warn, message, fields);
}

TEST_CASE("times are written in UTC and rounded down to milliseconds") {
    const auto line = [](runtime::wall_time at) {
        return runtime::format_record(log_format::text, at, log_level::info, "m", {});
    };
    const runtime::wall_time late =
        std::chrono::sys_days{std::chrono::year{2026} / 2 / 28} + 23h + 59min + 58s + 999'999us;
    CHECK(line(late) == "2026-02-28T23:59:58.999Z info  m");
    CHECK(line(runtime::wall_time{}) == "1970-01-01T00:00:00.000Z info  m");
}

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

TEST_CASE("a JSON record has its time, level and message, then the fields with their types") {
    const std::string name = "docker-hub";
    CHECK(
        json_of("synced",
                {{"object", name},
                 {"namespace", std::string_view("team-a")},
                 {"action", "create"},
                 {"attempt", 3},
                 {"size", std::size_t{7}},
                 {"share", 0.5},
                 {"ok", true},
                 {"duration_ms", 12'345us}}) ==
        R"({"ts":"2026-01-02T03:04:05.678Z","level":"info","msg":"synced","object":"docker-hub",)"
        R"("namespace":"team-a","action":"create","attempt":3,"size":7,"share":0.5,"ok":true,"duration_ms":12.345})");
}

TEST_CASE("a text record quotes only what needs quotes") {
    CHECK(
        text_of("watch failed",
                {{"watch", "secrets"},
                 {"error", "no answer"},
                 {"empty", ""},
                 {"pair", "a=b"},
                 {"duration_ms", 1500ms}}) ==
        R"(2026-01-02T03:04:05.678Z warn  watch failed watch=secrets error="no answer" empty="" pair="a=b" duration_ms=1500)");
}

TEST_CASE("durations are written in milliseconds, rounded to microseconds") {
    CHECK(json_of("m", {{"d", 1ns}}).ends_with(R"("d":0})"));
    CHECK(json_of("m", {{"d", 1500ns}}).ends_with(R"("d":0.002})"));
    CHECK(json_of("m", {{"d", 2h}}).ends_with(R"("d":7200000})"));
}

TEST_CASE("any text makes one line of printable ASCII") {
    const std::vector<std::string> texts{"line\nbreak",
                                         "carriage\rreturn",
                                         "tab\t",
                                         "quote\"s and \\backslashes",
                                         std::string("nul\0byte", 8),
                                         "escape \x1b[31m",
                                         "del \x7f",
                                         "c1 \xC2\x9B",
                                         "bidi \xE2\x80\xAE",
                                         "line separator \xE2\x80\xA8",
                                         "umlaut \xC3\xBC",
                                         "emoji \xF0\x9F\x94\x91",
                                         "bad \xFF\xFE",
                                         "cut \xC3",
                                         "overlong \xC0\xAF",
                                         "surrogate \xED\xA0\x80"};
    for (const std::string& text : texts) {
        CAPTURE(text);
        for (const std::string& line : {json_of(text, {{text, text}}), text_of(text, {{text, text}})}) {
            CHECK(std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; }));
        }
    }
}

TEST_CASE("a JSON record is parsed to what was logged") {
    for (const std::string& text : {std::string("quote\"s \\ / and\n\ttabs"),
                                    std::string("umlaut \xC3\xBC"),
                                    std::string("nul\0byte", 8)}) {
        const auto record = kube::parse_bounded(json_of(text, {{"field", text}}), {});
        REQUIRE(record.has_value());
        CHECK(kube::string_at(*record, "msg") == text);
        CHECK(kube::string_at(*record, "field") == text);
    }
    const auto replaced = kube::parse_bounded(json_of("bad \xFF!"), {});
    REQUIRE(replaced.has_value());
    CHECK(kube::string_at(*replaced, "msg") == "bad \xEF\xBF\xBD!");
}

TEST_CASE("infinity and NaN are null") {
    for (const double value : {std::numeric_limits<double>::infinity(), std::nan("")}) {
        CHECK(json_of("m", {{"v", value}}).ends_with(R"("v":null})"));
    }
    CHECK(json_of("m", {{"v", std::numeric_limits<std::int64_t>::min()}})
              .ends_with(R"("v":-9223372036854775808})"));
}

}  // namespace
