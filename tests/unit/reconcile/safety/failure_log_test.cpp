// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/failure_log.hpp"

#include "support/log_capture.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

namespace {

struct fixture {
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::failure_log failures{log, {.one = "Secret out of sync", .more = "more Secrets out of sync"}};
    runtime::time_point start{1h};

    void fail(std::string ns, std::string reason, runtime::time_point now, std::string since = {}) {
        failures.failed({.namespace_name = std::move(ns), .name = "regcred"},
                        {.reason = std::move(reason),
                         .message = "why",
                         .since = std::move(since),
                         .credentials = {"hub", "quay"}},
                        now);
    }
    /// Of the whole log.
    [[nodiscard]] std::size_t lines() const { return log_lines.lines().size(); }
};

}  // namespace

TEST_CASE_FIXTURE(
    fixture,
    "thousands of failures with one reason make one warning a minute, the second with their number") {
    fail("team-a", "Forbidden", start);
    CHECK(log_lines.count("Secret out of sync registrycredential=hub,quay namespace=team-a name=regcred "
                          "reason=Forbidden message=why") == 1);
    fail("team-0", "Forbidden", start + 1s, "2026-01-31T23:59:59Z");
    for (int i = 1; i < 10'000; ++i)
        fail("team-" + std::to_string(i), "Forbidden", start + 2s, "2026-02-01T00:00:00Z");
    failures.summarize(start + 59s);
    CHECK(lines() == 1);
    failures.summarize(start + 60s);
    CHECK(lines() == 2);
    CHECK(log_lines.count(
              "more Secrets out of sync reason=Forbidden count=10000 since=2026-01-31T23:59:59Z") == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a count is logged once, and the next one begins a minute after it at the earliest") {
    fail("team-a", "Forbidden", start);
    fail("team-b", "Forbidden", start + 1s);
    failures.summarize(start + 60s);
    failures.summarize(start + 200s);
    CHECK(lines() == 2);
    fail("team-a", "Forbidden", start + 200s);
    CHECK(log_lines.count("Secret out of sync registrycredential=hub,quay namespace=team-a") == 2);
    fail("team-b", "Forbidden", start + 201s);
    failures.summarize(start + 259s);
    CHECK(lines() == 3);
    failures.summarize(start + 260s);
    CHECK(log_lines.count("more Secrets out of sync reason=Forbidden count=1") == 2);
    fail("team-c", "Forbidden", start + 261s);
    CHECK(lines() == 4);
}

TEST_CASE_FIXTURE(fixture, "a failure joins a count that waits, also when a minute is over") {
    fail("team-a", "Forbidden", start);
    fail("team-b", "Forbidden", start + 1s);
    fail("team-c", "Forbidden", start + 100s);
    CHECK(lines() == 1);
    failures.summarize(start + 100s);
    CHECK(log_lines.count("more Secrets out of sync reason=Forbidden count=2") == 1);
}

TEST_CASE_FIXTURE(fixture, "each reason has warnings of its own") {
    fail("team-a", "Forbidden", start);
    fail("team-a", "Denied", start);
    fail("team-b", "Denied", start);
    CHECK(lines() == 2);
    failures.summarize(start + 60s);
    CHECK(lines() == 3);
    CHECK(log_lines.count("more Secrets out of sync reason=Denied count=1") == 1);
}

TEST_CASE("at level debug every failure is a line") {
    support::log_capture log_lines;
    const runtime::logger log{
        log_lines, runtime::log_level::debug, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::failure_log failures{log, {.one = "Secret out of sync", .more = "more Secrets out of sync"}};
    for (const auto* ns : {"team-a", "team-b"})
        failures.failed({.namespace_name = ns, .name = "regcred"},
                        {.reason = "Denied", .message = "why", .since = {}, .credentials = {"hub"}},
                        {});
    CHECK(log_lines.lines().size() == 2);
    CHECK(log_lines.count("namespace=team-b name=regcred reason=Denied message=why") == 1);
}
