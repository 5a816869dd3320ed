// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/namespace_arrivals.hpp"

#include "reconcile/state/reasons.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using reconcile::namespace_arrivals;
using result = namespace_arrivals::result;

const runtime::time_point start{1h};
const runtime::object_key here{.namespace_name = "team-a", .name = "regcred"};
const runtime::object_key there{.namespace_name = "team-b", .name = "regcred"};

namespace_arrivals leading() {
    namespace_arrivals arrivals;
    arrivals.lead(start);
    return arrivals;
}

}  // namespace

TEST_CASE(
    "a Secret of a new namespace is on time until the limit, and its duration counts from the first sight") {
    auto arrivals = leading();
    arrivals.appeared(here, start);
    arrivals.appeared(here, start + 900ms);
    arrivals.finished(here, result::written, start + 1s);
    CHECK(arrivals.on_time() == 1);
    CHECK(arrivals.late(start + 1h) == 0);
    CHECK(arrivals.durations().sum() == 1);
    CHECK(arrivals.waiting() == 0);
    arrivals.finished(here, result::written, start + 2s);  // a later write is none of a new namespace
    CHECK(arrivals.on_time() == 1);
}

TEST_CASE("a Secret that is missing after the limit is late at once, and stays so") {
    auto arrivals = leading();
    arrivals.appeared(here, start);
    arrivals.appeared(there, start);
    CHECK(arrivals.late(start + 1s) == 0);
    CHECK(arrivals.late(start + 1s + 1ns) == 2);
    arrivals.finished(here, result::written, start + 3s);
    arrivals.finished(there, result::no_longer, start + 3s);
    CHECK(arrivals.late(start + 1h) == 2);
    CHECK(arrivals.on_time() == 0);
    CHECK(arrivals.durations().cumulative_counts().back() == 1);
}

TEST_CASE("a failure that a person must mend is neither on time nor late") {
    auto arrivals = leading();
    arrivals.appeared(here, start);
    arrivals.finished(here, result::failed, start + 10ms);
    CHECK(arrivals.failed() == 1);
    CHECK(arrivals.on_time() == 0);
    CHECK(arrivals.late(start + 1h) == 0);
}

TEST_CASE("a Secret that another writer wrote, or nobody wants, is not counted") {
    auto arrivals = leading();
    arrivals.appeared(here, start);
    arrivals.finished(here, result::no_longer, start + 10ms);
    CHECK(arrivals.on_time() + arrivals.late(start + 1h) + arrivals.failed() == 0);
    CHECK(arrivals.waiting() == 0);
}

TEST_CASE(
    "a standby forgets what the leader has written, and counts the time without a leader once it leads") {
    namespace_arrivals arrivals;
    arrivals.appeared(here, start);
    arrivals.appeared(there, start);
    arrivals.observed(here);
    CHECK(arrivals.waiting() == 1);
    CHECK(arrivals.late(start + 1h) == 0);
    arrivals.finished(here, result::no_longer, start + 1h);
    CHECK(arrivals.late(start + 1h) == 0);
    arrivals.lead(start + 15s);
    CHECK(arrivals.late(start + 15s) == 0);  // the leader before may have failed
    arrivals.observed(there);                // its own write, which finished() tells of
    arrivals.finished(there, result::written, start + 15s);
    CHECK(arrivals.durations().sum() == 15);
    CHECK(arrivals.late(start + 15s) == 1);
}

TEST_CASE(
    "what the leader before could not write for a reason that a person must mend is not late after a "
    "failover") {
    namespace_arrivals arrivals;
    arrivals.appeared(here, start);
    arrivals.appeared(there, start);
    arrivals.lead(start + 1min);
    arrivals.finished(here, result::failed, start + 1min);
    arrivals.finished(there, result::no_longer, start + 2min);
    CHECK(arrivals.failed() == 1);
    CHECK(arrivals.late(start + 1h) == 0);
    CHECK(arrivals.waiting() == 0);
}

TEST_CASE("a Secret whose namespace is gone waits no longer") {
    auto arrivals = leading();
    arrivals.appeared(here, start);
    arrivals.finished(here, result::no_longer, start + 1s);
    CHECK(arrivals.waiting() == 0);
    CHECK(arrivals.late(start + 1h) == 0);
}

TEST_CASE(
    "what a standby has known for longer than a failover takes has failed before, and is not late now") {
    namespace_arrivals arrivals;
    arrivals.appeared(here, start);
    arrivals.appeared(there, start + 1s);
    arrivals.lead(start + 5min + 1ns);
    CHECK(arrivals.waiting() == 1);
    arrivals.finished(there, result::written, start + 1h);
    CHECK(arrivals.late(start + 1h) == 1);
}

TEST_CASE("a failure that ends by itself leaves a Secret waiting") {
    namespace reasons = reconcile::reasons;
    for (const auto reason :
         {reasons::server_unavailable, reasons::contended, reasons::deletion_guard, reasons::progressing})
        CHECK(reconcile::is_transient(reason));
    for (const auto reason :
         {reasons::conflict, reasons::denied, reasons::quota_exceeded, reasons::forbidden})
        CHECK_FALSE(reconcile::is_transient(reason));
}
