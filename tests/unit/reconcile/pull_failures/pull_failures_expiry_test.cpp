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

TEST_CASE("a suspected Pod without an Event for ten minutes is forgotten") {
    fixture f;
    f.record_event("team-a", "old");
    f.record_event("team-a", "waiting");
    f.record_pod("team-a", "waiting", seen(pod_progress::waits, "waiting"));
    f.now += 9min;
    f.record_event("team-b", "new");
    CHECK(f.table.expire(f.now).empty());
    CHECK(f.table.tracked() == 3);
    f.now += 1min;
    CHECK(f.table.next_due() <= f.now);
    CHECK(f.table.expire(f.now).empty());
    CHECK(f.table.tracked() == 2);
    CHECK(f.failing() == "team-a/waiting");

    f.record_event("team-b", "new");
    f.now += 9min;
    f.table.expire(f.now);
    CHECK(f.table.tracked() == 2);
    f.now += 1min;
    f.table.expire(f.now);
    CHECK(f.table.tracked() == 1);
    CHECK(f.failing() == "team-a/waiting");
}

TEST_CASE("a Pod that waits for a missing Secret stays failing for hours without Events") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    std::vector<runtime::duration> pauses;
    while (f.now < runtime::time_point{1h} + 5h) {
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
        CHECK(f.failing() == "team-a/web");
        pauses.push_back(f.table.next_due() - f.now);
        f.now = f.table.next_due();
        CHECK(f.table.expire(f.now).empty());
    }
    REQUIRE(pauses.size() > 9);
    CHECK(std::vector<runtime::duration>(pauses.begin(), pauses.begin() + 9) ==
          std::vector<runtime::duration>{2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s});
    CHECK(pauses.back() == 300s);

    SUBCASE("a look updates when it was last seen") {
        f.record_pod("team-a", "web", seen(pod_progress::waits));
        f.table.for_each("regcred", [&](const auto& pod) {
            CHECK(pod.last_seen == f.wall + (f.now - runtime::time_point{}));
        });
    }
    SUBCASE("it is failing while no look is answered") {
        f.now += 1h;
        CHECK(f.table.expire(f.now).empty());
        CHECK(f.failing() == "team-a/web");
    }
    SUBCASE("it is no longer failing once it runs") {
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::started)) == names{"regcred"});
        CHECK(f.table.tracked() == 0);
    }
}

TEST_CASE("a Pod that waits although its Secret exists is forgotten ten minutes after it lacked it") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.now += 20min;
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.present.insert({.namespace_name = "team-a", .name = "regcred"});
    f.now += 10min - 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)).empty());
    CHECK(f.failing() == "team-a/web");
    f.now += 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
    CHECK(f.table.tracked() == 0);
}

TEST_CASE("a Pod that waited and is no longer reported as waiting is forgotten after ten minutes") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.now += 10min - 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    f.now += 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)) == names{"regcred"});
}

TEST_CASE("where Pods are forbidden, Events are trusted for ten minutes") {
    fixture f;
    f.record_event("team-a", "web");
    for (unsigned look = 1; look < pull_failures::refusals_needed; ++look) {
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.table.pods_forbidden(f.now).empty());
        CHECK_FALSE(f.table.trusts_events());
        CHECK(f.due().empty());
        f.now = f.table.next_due();
    }
    REQUIRE(f.due() == "team-a/web");
    CHECK(f.table.pods_forbidden(f.now) == names{"regcred"});
    CHECK(f.table.trusts_events());
    CHECK(f.failing() == "team-a/web");
    CHECK(f.record_event("team-b", "api") == names{"regcred"});
    CHECK(f.failing() == "team-a/web team-b/api");
    CHECK(f.due().empty());

    SUBCASE("Pods are tried again every few minutes") {
        f.now += pull_failures::forbidden_retry_after - 1s;
        CHECK(f.due().empty());
        f.now += 1s;
        CHECK(f.table.next_due() <= f.now);
        CHECK_FALSE(f.due().empty());
        CHECK(f.due().empty());
        CHECK(f.table.pods_forbidden(f.now).empty());
    }
    SUBCASE("when Pods are allowed, trusted Events have to be confirmed") {
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
        CHECK_FALSE(f.table.trusts_events());
        CHECK(f.failing() == "team-a/web");
        f.now += 5s;
        CHECK_FALSE(f.due().empty());
    }
    SUBCASE("an Event of another Pod with the same name counts as a repeat") {
        f.now = runtime::time_point{1h} + 9min;
        f.record_event("team-a", "web", {"regcred"}, "uid-recreated");
        f.now += 5min;
        f.table.expire(f.now);
        CHECK(f.failing() == "team-a/web");
    }
    SUBCASE("trusted Events expire even before Pods are tried again") {
        f.now += 7min;
        REQUIRE_FALSE(f.due().empty());
        f.table.pods_forbidden(f.now);
        CHECK(f.table.next_due() == runtime::time_point{1h} + pull_failures::forget_after);
    }
    SUBCASE("trusted Events expire") {
        f.now += 10min;
        CHECK(f.table.expire(f.now) == names{"regcred"});
        CHECK(f.failing().empty());
    }
}

TEST_CASE("a few refusals to show Pods do not make Events trusted") {
    fixture f;
    f.record_event("team-a", "web");
    for (int round = 0; round < 3; ++round) {
        for (unsigned look = 1; look < pull_failures::refusals_needed; ++look) {
            f.now = std::max(f.now, f.table.next_due());
            REQUIRE(f.due() == "team-a/web");
            CHECK(f.table.pods_forbidden(f.now).empty());
        }
        f.now = f.table.next_due();
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    }
    CHECK_FALSE(f.table.trusts_events());
    CHECK(f.failing().empty());
}

TEST_CASE("a restored Pod is failing at once, and is looked at") {
    fixture f;
    const auto restore = [&](const std::string& pod, const std::string& secret) {
        f.table.restore(
            {.namespace_name = "team-a", .pod = pod, .uid = {}, .secrets = {secret}}, f.now - 4min, f.wall);
    };
    restore("web", "regcred");
    restore("web", "other");
    restore("api", "regcred");
    CHECK(f.failing() == "team-a/api team-a/web");
    CHECK(f.failing("other") == "team-a/web");
    CHECK_FALSE(f.due().empty());
    CHECK_FALSE(f.due().empty());

    SUBCASE("a restored Pod matches any UID") {
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})).empty());
        CHECK(f.failing("other") == "team-a/web");
        auto another = seen(pod_progress::waits, "web", {"regcred", "other"});
        another.uid = "uid-other";
        CHECK(f.record_pod("team-a", "web", another) == names{"other", "regcred"});
    }
    SUBCASE("a look that finds it running ends the failure") {
        CHECK(f.record_pod("team-a", "web", std::nullopt) == names{"other", "regcred"});
        CHECK(f.record_pod("team-a", "api", seen(pod_progress::started, "api")) == names{"regcred"});
        CHECK(f.table.tracked() == 0);
    }
    SUBCASE("a restored Pod keeps its age") {
        f.now += 6min;
        f.present = {{.namespace_name = "team-a", .name = "regcred"},
                     {.namespace_name = "team-a", .name = "other"}};
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})) ==
              names{"other", "regcred"});
        CHECK(f.record_pod("team-a", "api", seen(pod_progress::waits, "api")) == names{"regcred"});
        CHECK(f.table.tracked() == 0);
    }
    SUBCASE("a restored Pod is failing until a look says otherwise") {
        f.now += 6h;
        CHECK(f.table.expire(f.now).empty());
        CHECK(f.failing() == "team-a/api team-a/web");
    }
    SUBCASE("a restored Pod expires where Pods are forbidden") {
        for (unsigned look = 0; look < pull_failures::refusals_needed; ++look)
            f.table.pods_forbidden(f.now);
        f.now += 6min;
        CHECK(f.table.next_due() <= f.now);
        CHECK(f.table.expire(f.now) == names{"other", "regcred"});
        CHECK(f.table.tracked() == 0);
    }
    SUBCASE("an Event about it counts as a repeat") {
        CHECK(f.record_event("team-a", "web").empty());
        f.now += 6min;
        f.present = {{.namespace_name = "team-a", .name = "regcred"},
                     {.namespace_name = "team-a", .name = "other"}};
        CHECK(f.record_pod("team-a", "api", seen(pod_progress::waits, "api")) == names{"regcred"});
        CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})).empty());
        CHECK(f.failing() == "team-a/web");
    }
}
