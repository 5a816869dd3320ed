// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/sync_runs.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using reconcile::sync_cause;
using reconcile::sync_rest;
using reconcile::sync_runs;

const runtime::time_point start{1h};
const sync_rest nothing_left{.pending = 0, .failed = 2, .queue_is_empty = true};

}  // namespace

TEST_CASE("all Secrets are reconciled once none is pending, with the count, the failures and the duration") {
    sync_runs runs;
    runs.begin("hub", sync_cause::source_changed, start);
    runs.wrote("hub", start + 1s);
    runs.wrote("hub", start + 3s);
    CHECK_FALSE(runs.finish("hub", {.pending = 1}, start + 3s));
    const auto finished = runs.finish("hub", nothing_left, start + 9s);
    REQUIRE(finished);
    CHECK((finished->cause == sync_cause::source_changed));
    CHECK(finished->written == 2);
    CHECK(finished->failed == 2);
    CHECK(finished->duration == 3s);
    CHECK(runs.durations(sync_cause::source_changed).sum() == 3);
    CHECK(runs.durations(sync_cause::created).sum() == 0);
    CHECK_FALSE(runs.finish("hub", nothing_left, start + 9s));
}

TEST_CASE("a second cause does not begin again") {
    sync_runs runs;
    runs.begin("hub", sync_cause::created, start);
    runs.begin("hub", sync_cause::source_changed, start + 5s);
    runs.wrote("hub", start + 6s);
    const auto finished = runs.finish("hub", nothing_left, start + 7s);
    REQUIRE(finished);
    CHECK((finished->cause == sync_cause::created));
    CHECK(finished->duration == 6s);
}

TEST_CASE("what wrote nothing ends without a word") {
    sync_runs runs;
    runs.begin("hub", sync_cause::created, start);
    CHECK_FALSE(runs.finish("hub", nothing_left, start));
    CHECK_FALSE(runs.is_running("hub"));
    CHECK(runs.durations(sync_cause::created).cumulative_counts().back() == 0);
}

TEST_CASE("bulk work is waited for, until nothing was written for long") {
    sync_runs runs;
    runs.begin("hub", sync_cause::created, start);
    runs.wrote("hub", start + 1s);
    const sync_rest busy{.pending = 0, .failed = 0, .queue_is_empty = false};
    CHECK_FALSE(runs.finish("hub", busy, start + 31s - 1ns));
    CHECK(runs.finish("hub", busy, start + 31s));
}

TEST_CASE("single writes are held back while all Secrets are due and some were written not long ago") {
    sync_runs runs;
    CHECK_FALSE(runs.holds_back("hub", start));
    runs.begin("hub", sync_cause::created, start);
    CHECK(runs.holds_back("hub", start + 29s));
    CHECK_FALSE(runs.holds_back("hub", start + 30s));
    runs.wrote("hub", start + 30s);
    CHECK(runs.holds_back("hub", start + 31s));
    runs.forget("hub");
    CHECK_FALSE(runs.holds_back("hub", start + 31s));
}

TEST_CASE("what became due on a standby is due since it began to write") {
    sync_runs runs;
    runs.begin("hub", sync_cause::source_changed, start);
    runs.restart(start + 24h);
    runs.wrote("hub", start + 24h + 1s);
    const auto finished = runs.finish("hub", nothing_left, start + 24h + 2s);
    REQUIRE(finished);
    CHECK((finished->cause == sync_cause::started));
    CHECK(finished->duration == 1s);
}

TEST_CASE("a write for a RegistryCredential whose Secrets are not due is not counted") {
    sync_runs runs;
    runs.wrote("hub", start);
    CHECK_FALSE(runs.is_running("hub"));
}

TEST_CASE("each cause has a name") {
    CHECK(to_string(sync_cause::started) == "started");
    CHECK(to_string(sync_cause::created) == "created");
    CHECK(to_string(sync_cause::spec_changed) == "spec_changed");
    CHECK(to_string(sync_cause::source_changed) == "source_changed");
}
