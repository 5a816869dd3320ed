// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_failures.hpp"

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

struct fixture {
    std::set<runtime::object_key> present;  // the Secrets that exist
    pull_failures table{[] { return 0.0; },
                        [this](const runtime::object_key& secret) { return !present.contains(secret); }};
    runtime::time_point now{1h};
    runtime::wall_time wall{};

    names record_event(const std::string& ns,
                       const std::string& pod,
                       std::vector<std::string> secrets = {"regcred"},
                       std::string uid = "") {
        if (uid.empty()) uid = "uid-" + pod;
        return table.record_event(
            {.namespace_name = ns, .pod = pod, .uid = uid, .secrets = std::move(secrets)},
            now,
            wall + (now - runtime::time_point{}));
    }
    /// The Pod to look at, as namespace/name; empty: none.
    std::string due() {
        const auto pod = table.next_look(now);
        return pod ? runtime::to_string(runtime::view_of(*pod)) : "";
    }
    names record_pod(const std::string& ns, const std::string& pod, const std::optional<pod_view>& found) {
        return table.record_pod(
            {.namespace_name = ns, .name = pod}, found, now, wall + (now - runtime::time_point{}));
    }
    [[nodiscard]] std::string failing(const std::string& secret = "regcred") const {
        std::string text;
        table.for_each(secret, [&](const auto& pod) {
            text += fmt::format("{}{}/{}", text.empty() ? "" : " ", pod.namespace_name, pod.pod);
        });
        return text;
    }
};

pod_view seen(pod_progress progress,
              const std::string& pod = "web",
              std::vector<std::string> secrets = {"regcred"}) {
    return {.uid = "uid-" + pod, .deleting = false, .pull_secrets = std::move(secrets), .progress = progress};
}

}  // namespace

TEST_CASE("an Event makes a Pod suspected, and a look that finds it waiting for its image makes it failing") {
    fixture f;
    CHECK(f.record_event("team-a", "web").empty());
    CHECK(f.failing().empty());
    CHECK(f.due() == "team-a/web");
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
    CHECK(f.failing() == "team-a/web");
    CHECK(f.table.failing() == 1);
    CHECK(f.record_event("team-a", "web").empty());  // a repeat is no news
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

TEST_CASE("a Pod that waited and is no longer reported as waiting is forgotten after ten minutes") {
    fixture f;
    f.record_event("team-a", "web");
    f.record_pod("team-a", "web", seen(pod_progress::waits));
    f.now += 10min - 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    f.now += 1s;
    CHECK(f.record_pod("team-a", "web", seen(pod_progress::not_yet_known)) == names{"regcred"});
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

TEST_CASE("a namespace gets no more than its share of memory and of looks") {
    fixture f;
    for (int i = 0; i < 10'000; ++i)
        f.record_event("flood", fmt::format("p{}", i));
    CHECK(f.table.tracked() == pull_failures::max_pods_per_namespace);
    f.record_event("team-a", "web");
    f.record_event("team-b", "web");
    const auto first = f.due();
    const auto second = f.due();
    const auto third = f.due();
    CHECK(names{first, second, third} == names{"flood/p0", "team-a/web", "team-b/web"});
}

TEST_CASE("more_in_namespace is set while Events of untracked Pods arrive") {
    fixture f;
    for (std::size_t i = 0; i < pull_failures::max_pods_per_namespace; ++i) {
        f.record_event("team-a", fmt::format("p{}", i));
        f.record_pod("team-a", fmt::format("p{}", i), seen(pod_progress::waits, fmt::format("p{}", i)));
    }
    const auto crowded = [&] {
        bool any = false;
        f.table.for_each("regcred", [&](const auto& pod) { any |= pod.more_in_namespace; });
        return any;
    };
    CHECK_FALSE(crowded());
    f.record_event("team-a", "one-more");
    CHECK(crowded());
    f.now += 10min;
    f.table.expire(f.now);
    CHECK(crowded());  // there is no place yet for the Pods that were refused
    for (std::size_t i = 1; i < pull_failures::max_pods_per_namespace; ++i)
        f.record_pod("team-a", fmt::format("p{}", i), std::nullopt);
    f.table.expire(f.now);
    CHECK(f.failing() == "team-a/p0");
    CHECK_FALSE(crowded());
}

TEST_CASE("in a full table the namespace with the most Pods loses one, suspected Pods first") {
    fixture f;
    const auto spaces = pull_failures::max_pods / pull_failures::max_pods_per_namespace;
    for (std::size_t space = 0; space < spaces; ++space) {
        for (std::size_t i = 0; i < pull_failures::max_pods_per_namespace; ++i)
            f.record_event(fmt::format("flood{}", space), fmt::format("p{}", i));
    }
    f.record_pod("flood0", "p0", seen(pod_progress::waits, "p0"));
    REQUIRE(f.table.tracked() == pull_failures::max_pods);
    for (int i = 0; i < 40; ++i)
        f.record_event("team-a", fmt::format("web{}", i));
    CHECK(f.table.tracked() == pull_failures::max_pods);
    f.record_pod("team-a", "web39", seen(pod_progress::waits, "web39"));
    CHECK(f.failing() == "flood0/p0 team-a/web39");
}

TEST_CASE("in a full table a namespace grows only while another one has at least two Pods more") {
    fixture f;
    const auto spaces = pull_failures::max_pods / pull_failures::max_pods_per_namespace;
    REQUIRE(spaces * pull_failures::max_pods_per_namespace == pull_failures::max_pods);
    for (std::size_t space = 0; space < spaces; ++space) {
        for (std::size_t i = 0; i < pull_failures::max_pods_per_namespace; ++i)
            f.record_event(fmt::format("flood{}", space), fmt::format("p{}", i));
    }
    for (int i = 0; i < 60; ++i) {
        const auto pod = fmt::format("web{}", i);
        f.record_event("team-a", pod);
        f.record_pod("team-a", pod, seen(pod_progress::waits, pod));
    }
    CHECK(f.table.failing() == 48);  // then no other namespace has more than 49
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
