// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_failures.hpp"

#include "unit/reconcile/pull_failures/pull_failures_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::pod_progress;
using reconcile::pod_view;
using reconcile::pull_failures;

namespace {

using names = std::set<std::string>;

using fixture = test::pull_failures_fixture;
using test::seen;

}  // namespace

TEST_CASE("an Event makes a Pod suspected, and a look that finds it waiting for its image makes it failing") {
    fixture f;
    CHECK(f.record_event("team-a", "web").empty());
    CHECK(f.failing().empty());
    CHECK(f.due() == "team-a/web");
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
    CHECK(f.failing() == "team-a/web");
    CHECK(f.table.failing() == 1);
    CHECK(f.record_event("team-a", "web").empty());  // a repeat changes nothing
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
}

TEST_CASE("a Pod that a look finds not failing is forgotten") {
    struct row {
        const char* what;
        std::optional<pod_view> found;
    };
    auto deleting = seen(pod_progress::waits);
    deleting.deleting = true;
    auto another = seen(pod_progress::waits);
    another.uid = "uid-other";
    const std::vector<row> table{
        {"gone", std::nullopt},
        {"runs", seen(pod_progress::started)},
        {"is being deleted", deleting},
        {"another Pod of the name", another},
        {"does not name the Secret", seen(pod_progress::waits, "web", {"theirs"})},
        {"names no Secret", seen(pod_progress::not_yet_known, "web", {})},
    };
    for (const auto& row : table) {
        for (const bool was_told : {false, true}) {
            CAPTURE(row.what);
            CAPTURE(was_told);
            fixture f;
            f.record_event("team-a", "web");
            if (was_told) f.record_pod("team-a", "web", seen(pod_progress::waits));
            CHECK(f.record_pod("team-a", "web", row.found) == (was_told ? names{"regcred"} : names{}));
            CHECK(f.failing().empty());
            CHECK(f.table.tracked() == 0);
            CHECK(f.table.next_due() == runtime::time_point::max());
        }
    }
}

TEST_CASE("a Pod without container statuses stays suspected and is looked at less and less often") {
    fixture f;
    f.record_event("team-a", "web");
    std::vector<runtime::duration> pauses;
    for (int look = 0; look < 7; ++look) {
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)).empty());
        CHECK(f.due().empty());
        pauses.push_back(f.table.next_due() - f.now);
        f.now = f.table.next_due();
    }
    CHECK(pauses == std::vector<runtime::duration>{2s, 4s, 8s, 16s, 30s, 30s, 30s});
    CHECK(f.failing().empty());
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
}

TEST_CASE("a failing Pod whose containers are starting stays failing until they run") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    CHECK(f.failing() == "team-a/web");
}

TEST_CASE("a repeated Event brings the next look forward, to five seconds after the last one") {
    fixture f;
    f.record_event("team-a", "web");
    for (int look = 0; look < 6; ++look) {
        f.now = std::max(f.now, f.table.next_due());
        REQUIRE(f.due() == "team-a/web");
    }
    f.now += 1s;
    for (int i = 0; i < 1000; ++i)
        f.record_event("team-a", "web");
    CHECK(f.due().empty());
    f.now += 4s;
    CHECK(f.due() == "team-a/web");
    CHECK(f.due().empty());
    f.now += pull_failures::first_pause;
    CHECK(f.due() == "team-a/web");
}

TEST_CASE("a repeated Event updates when the Pod was last seen") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.now += 1min;
    f.record_event("team-a", "web");
    std::vector<runtime::wall_time> times;
    f.table.for_each("regcred", [&](const auto& pod) { times.push_back(pod.last_seen); });
    CHECK(times == std::vector{f.wall + (f.now - runtime::time_point{})});
}

TEST_CASE("a Pod whose Secret has arrived is looked at soon") {
    fixture f;
    f.record_event("team-a", "web");
    while (f.now < runtime::time_point{2h}) {
        REQUIRE(f.due() == "team-a/web");
        f.record_pod("team-a", "web", seen(pod_progress::waits));
        f.now = f.table.next_due();
    }
    REQUIRE(f.due() == "team-a/web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.now += 10s;
    f.table.look_sooner(f.now);
    CHECK(f.due().empty());
    f.present.insert({.namespace_name = "team-a", .name = "regcred"});
    f.table.look_sooner(f.now);
    const auto arrival = f.now;
    std::vector<runtime::duration> pauses;
    for (int look = 0; look < 7; ++look) {
        REQUIRE(f.due() == "team-a/web");
        f.record_pod("team-a", "web", seen(pod_progress::waits));
        f.table.look_sooner(f.now);
        CHECK(f.due().empty());
        pauses.push_back(f.table.next_due() - f.now);
        f.now = f.table.next_due();
    }
    CHECK(pauses == std::vector<runtime::duration>{2s, 4s, 8s, 16s, 30s, 30s, 30s});
    f.now = arrival + 10min - 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
    f.now += 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
}

TEST_CASE("each Secret of a Pod is reported separately") {
    fixture f;
    f.record_event("team-a", "web", {"other", "regcred"});
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other", "theirs"})) ==
          names{"other", "regcred"});
    CHECK(f.failing("other") == "team-a/web");
    CHECK(f.failing("theirs").empty());

    SUBCASE("one that the Pod does not name is left out") {
        fixture g;
        g.record_event("team-a", "web", {"other", "regcred"});
        CHECK(g.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
        CHECK(g.failing("other").empty());
    }
    SUBCASE("one that comes later is confirmed by the next look") {
        fixture g;
        g.record_event("team-a", "web");
        g.record_pod("team-a", "web", seen(pod_progress::waits));
        CHECK(g.record_event("team-a", "web", {"other"}) == names{"other"});
        CHECK(g.record_pod("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})) ==
              names{"other", "regcred"});
        CHECK(g.failing("other") == "team-a/web");
    }
}

TEST_CASE("an Event with another UID does not replace a Pod, a look does") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.record_event("team-a", "web", {"regcred"}, "uid-forged");
    CHECK(f.failing() == "team-a/web");
    CHECK(f.due() == "team-a/web");
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
    CHECK(f.failing() == "team-a/web");
}

TEST_CASE("a look at a Pod that was forgotten meanwhile changes nothing") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_event("team-a", "api");
    f.now += 10min;
    f.table.expire(f.now);
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
    CHECK(f.record_pod("nowhere", "web", std::nullopt).empty());
    CHECK(f.table.tracked() == 0);
}
