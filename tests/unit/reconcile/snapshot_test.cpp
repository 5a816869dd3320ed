// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/snapshot.hpp"

#include "support/log_capture.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a snapshot has a line for each queue and watch, and one of counts, at any log level") {
    build::cluster_fixture f;
    f.add_namespace("team-a");
    f.queues.secrets.add(build::here, runtime::priority::bulk);
    const runtime::time_point now{1h};
    std::vector<reconcile::watch_report> watches{{.watch = "namespaces", .health = {}, .unreadable = 2}};
    auto& health = watches.front().health;
    health.synced = true;
    health.last_received = now - 1500ms;
    health.failed = 4;
    health.last_error = "no";
    for (const auto level : {runtime::log_level::debug, runtime::log_level::error}) {
        support::log_capture lines;
        const runtime::logger log{
            lines, level, runtime::log_format::text, [] { return runtime::wall_time{}; }};
        log_snapshot(log, f.state, f.queues, watches, now);
        CHECK(lines.lines().size() == 5);
        CHECK(lines.count("snapshot of objects registrycredentials=0 namespaces=1 results=0 ") == 1);
        CHECK(lines.count(
                  "snapshot of queue queue=secrets urgent=0 normal=0 bulk=1 running=0 delayed=0 failing=0") ==
              1);
        CHECK(lines.count("snapshot of queue queue=serviceaccounts ") == 1);
        CHECK(lines.count("snapshot of queue queue=statuses ") == 1);
        CHECK(lines.count("snapshot of watch watch=namespaces synced=true silent_ms=1500 ended=0 failed=4 "
                          "unreadable=2 error=no") == 1);
    }
}
