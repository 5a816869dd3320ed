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
    pull_failures table{[] { return 0.0; }};
    runtime::time_point now{1h};
    runtime::wall_time wall{};

    names saw(const std::string& ns,
              const std::string& pod,
              std::vector<std::string> secrets = {"regcred"},
              std::string uid = "") {
        if (uid.empty()) uid = "uid-" + pod;
        return table.saw({.namespace_name = ns, .pod = pod, .uid = uid, .secrets = std::move(secrets)},
                         now,
                         wall + (now - runtime::time_point{}));
    }
    /// The Pod to look at, as namespace/name; empty: none.
    std::string due() {
        const auto pod = table.next_look(now);
        return pod ? runtime::to_string(runtime::view_of(*pod)) : "";
    }
    names looked(const std::string& ns, const std::string& pod, const std::optional<pod_view>& found) {
        return table.looked({.namespace_name = ns, .name = pod}, found);
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

TEST_CASE("an Event is a suspicion, and a look that finds the Pod waiting for its image makes it a failure") {
    fixture f;
    CHECK(f.saw("team-a", "web").empty());
    CHECK(f.failing().empty());
    CHECK(f.due() == "team-a/web");
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
    CHECK(f.failing() == "team-a/web");
    CHECK(f.table.failing() == 1);
    CHECK(f.saw("team-a", "web").empty());  // a repeat is no news
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits)).empty());
}

TEST_CASE("what a look shows to be no failure is dropped, whether it was told of or not") {
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
            f.saw("team-a", "web");
            if (was_told) f.looked("team-a", "web", seen(pod_progress::waits));
            CHECK(f.looked("team-a", "web", row.found) == (was_told ? names{"regcred"} : names{}));
            CHECK(f.failing().empty());
            CHECK(f.table.tracked() == 0);
            CHECK(f.table.next_due() == runtime::time_point::max());
        }
    }
}

TEST_CASE(
    "a Pod that the kubelet has not come to stays a suspicion and is looked at again, less and less often") {
    fixture f;
    f.saw("team-a", "web");
    std::vector<runtime::duration> pauses;
    for (int look = 0; look < 7; ++look) {
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.looked("team-a", "web", seen(pod_progress::not_yet_known)).empty());
        CHECK(f.due().empty());
        pauses.push_back(f.table.next_due() - f.now);
        f.now = f.table.next_due();
    }
    CHECK(pauses == std::vector<runtime::duration>{2s, 4s, 8s, 16s, 30s, 30s, 30s});
    CHECK(f.failing().empty());
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
}

TEST_CASE("a failing Pod whose containers start anew goes on failing until they run") {
    fixture f;
    f.saw("team-a", "web");
    f.looked("team-a", "web", seen(pod_progress::waits));
    CHECK(f.looked("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    CHECK(f.failing() == "team-a/web");
}

TEST_CASE("a Pod that repeats itself is looked at soon, and yet not at every Event") {
    fixture f;
    f.saw("team-a", "web");
    for (int look = 0; look < 6; ++look) {
        f.now = std::max(f.now, f.table.next_due());
        REQUIRE(f.due() == "team-a/web");
    }
    f.now += 1s;
    for (int i = 0; i < 1000; ++i)
        f.saw("team-a", "web");
    CHECK(f.due().empty());
    f.now += 4s;
    CHECK(f.due() == "team-a/web");
    CHECK(f.due().empty());
}

TEST_CASE("what has not repeated itself for ten minutes is forgotten") {
    fixture f;
    f.saw("team-a", "old");
    f.looked("team-a", "old", seen(pod_progress::waits, "old"));
    f.saw("team-a", "suspect");
    f.now += 9min;
    f.saw("team-b", "new");
    f.looked("team-b", "new", seen(pod_progress::waits, "new"));
    CHECK(f.table.expire(f.now).empty());
    f.now += 1min;
    CHECK(f.table.next_due() <= f.now);
    CHECK(f.table.expire(f.now) == names{"regcred"});
    CHECK(f.failing() == "team-b/new");
    CHECK(f.table.tracked() == 1);

    f.saw("team-b", "new");
    f.now += 9min;
    CHECK(f.table.expire(f.now).empty());
    f.now += 1min;
    CHECK(f.table.expire(f.now) == names{"regcred"});
    CHECK(f.table.tracked() == 0);
}

TEST_CASE("each Secret of a Pod is told of by itself") {
    fixture f;
    f.saw("team-a", "web", {"other", "regcred"});
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other", "theirs"})) ==
          names{"other", "regcred"});
    CHECK(f.failing("other") == "team-a/web");
    CHECK(f.failing("theirs").empty());

    SUBCASE("one that the Pod does not name is left out") {
        fixture g;
        g.saw("team-a", "web", {"other", "regcred"});
        CHECK(g.looked("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
        CHECK(g.failing("other").empty());
    }
    SUBCASE("one that comes later is confirmed by the next look") {
        fixture g;
        g.saw("team-a", "web");
        g.looked("team-a", "web", seen(pod_progress::waits));
        CHECK(g.saw("team-a", "web", {"other"}) == names{"other"});
        CHECK(g.looked("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})) ==
              names{"other", "regcred"});
        CHECK(g.failing("other") == "team-a/web");
    }
}

TEST_CASE("an Event about another Pod of the name does not replace the one that is known, but a look does") {
    fixture f;
    f.saw("team-a", "web");
    f.looked("team-a", "web", seen(pod_progress::waits));
    f.saw("team-a", "web", {"regcred"}, "uid-forged");
    CHECK(f.failing() == "team-a/web");
    CHECK(f.due() == "team-a/web");
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits)).empty());
    CHECK(f.failing() == "team-a/web");
}

TEST_CASE("a namespace takes its share of memory and of looks, and no more") {
    fixture f;
    for (int i = 0; i < 10'000; ++i)
        f.saw("flood", fmt::format("p{}", i));
    CHECK(f.table.tracked() == pull_failures::most_in_a_namespace);
    f.saw("team-a", "web");
    f.saw("team-b", "web");
    const auto first = f.due();
    const auto second = f.due();
    const auto third = f.due();
    CHECK(names{first, second, third} == names{"flood/p0", "team-a/web", "team-b/web"});
}

TEST_CASE("a namespace with more Pods than are remembered says so, as long as they are reported") {
    fixture f;
    for (std::size_t i = 0; i < pull_failures::most_in_a_namespace; ++i) {
        f.saw("team-a", fmt::format("p{}", i));
        f.looked("team-a", fmt::format("p{}", i), seen(pod_progress::waits, fmt::format("p{}", i)));
    }
    const auto crowded = [&] {
        bool any = false;
        f.table.for_each("regcred", [&](const auto& pod) { any |= pod.crowded; });
        return any;
    };
    CHECK_FALSE(crowded());
    f.saw("team-a", "one-more");
    CHECK(crowded());
    f.now += 9min;
    f.saw("team-a", "p0");
    f.now += 1min;
    f.table.expire(f.now);
    CHECK(f.failing() == "team-a/p0");
    CHECK_FALSE(crowded());
}

TEST_CASE("when all is full the namespace with most gives way to one with fewer, and suspicions go first") {
    fixture f;
    const auto spaces = pull_failures::most / pull_failures::most_in_a_namespace;
    for (std::size_t space = 0; space < spaces; ++space) {
        for (std::size_t i = 0; i < pull_failures::most_in_a_namespace; ++i)
            f.saw(fmt::format("flood{}", space), fmt::format("p{}", i));
    }
    f.looked("flood0", "p0", seen(pod_progress::waits, "p0"));
    REQUIRE(f.table.tracked() == pull_failures::most);
    for (int i = 0; i < 40; ++i)
        f.saw("team-a", fmt::format("web{}", i));
    CHECK(f.table.tracked() == pull_failures::most);
    f.looked("team-a", "web39", seen(pod_progress::waits, "web39"));
    CHECK(f.failing() == "flood0/p0 team-a/web39");
}

TEST_CASE("without the right to look at Pods, Events are believed until they are ten minutes old") {
    fixture f;
    f.saw("team-a", "web");
    for (unsigned look = 1; look < pull_failures::refusals_needed; ++look) {
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.table.pods_forbidden(f.now).empty());
        CHECK_FALSE(f.table.believes_events());
        CHECK(f.due().empty());
        f.now = f.table.next_due();
    }
    REQUIRE(f.due() == "team-a/web");
    CHECK(f.table.pods_forbidden(f.now) == names{"regcred"});
    CHECK(f.table.believes_events());
    CHECK(f.failing() == "team-a/web");
    CHECK(f.saw("team-b", "api") == names{"regcred"});
    CHECK(f.failing() == "team-a/web team-b/api");
    CHECK(f.due().empty());

    SUBCASE("and that is asked for again now and then") {
        f.now += pull_failures::ask_again - 1s;
        CHECK(f.due().empty());
        f.now += 1s;
        CHECK(f.table.next_due() <= f.now);
        CHECK_FALSE(f.due().empty());
        CHECK(f.due().empty());
        CHECK(f.table.pods_forbidden(f.now).empty());
    }
    SUBCASE("and when it is there, what was believed has to be confirmed") {
        CHECK(f.looked("team-a", "web", seen(pod_progress::waits)) == names{"regcred"});
        CHECK_FALSE(f.table.believes_events());
        CHECK(f.failing() == "team-a/web");
        f.now += 5s;
        CHECK_FALSE(f.due().empty());
    }
    SUBCASE("and they expire") {
        f.now += 10min;
        CHECK(f.table.expire(f.now) == names{"regcred"});
        CHECK(f.failing().empty());
    }
}

TEST_CASE("an API server that refuses for a moment is not believed less than Events") {
    fixture f;
    f.saw("team-a", "web");
    for (int round = 0; round < 3; ++round) {
        for (unsigned look = 1; look < pull_failures::refusals_needed; ++look) {
            f.now = std::max(f.now, f.table.next_due());
            REQUIRE(f.due() == "team-a/web");
            CHECK(f.table.pods_forbidden(f.now).empty());
        }
        f.now = f.table.next_due();
        REQUIRE(f.due() == "team-a/web");
        CHECK(f.looked("team-a", "web", seen(pod_progress::not_yet_known)).empty());
    }
    CHECK_FALSE(f.table.believes_events());
    CHECK(f.failing().empty());
}

TEST_CASE("what an earlier process had found is told of at once, and looked at") {
    fixture f;
    const auto remember = [&](const std::string& pod, const std::string& secret) {
        f.table.remember(
            {.namespace_name = "team-a", .pod = pod, .uid = {}, .secrets = {secret}}, f.now - 4min, f.wall);
    };
    remember("web", "regcred");
    remember("web", "other");
    remember("api", "regcred");
    CHECK(f.failing() == "team-a/api team-a/web");
    CHECK(f.failing("other") == "team-a/web");
    CHECK_FALSE(f.due().empty());
    CHECK_FALSE(f.due().empty());

    SUBCASE("whatever UID it has") {
        CHECK(f.looked("team-a", "web", seen(pod_progress::waits, "web", {"regcred", "other"})).empty());
        CHECK(f.failing("other") == "team-a/web");
        auto another = seen(pod_progress::waits, "web", {"regcred", "other"});
        another.uid = "uid-other";
        CHECK(f.looked("team-a", "web", another) == names{"other", "regcred"});
    }
    SUBCASE("and a look that shows that it is over counts") {
        CHECK(f.looked("team-a", "web", std::nullopt) == names{"other", "regcred"});
        CHECK(f.looked("team-a", "api", seen(pod_progress::started, "api")) == names{"regcred"});
        CHECK(f.table.tracked() == 0);
    }
    SUBCASE("and it is as old as it was then") {
        f.now += 6min;
        CHECK(f.table.expire(f.now) == names{"other", "regcred"});
        CHECK(f.table.tracked() == 0);
    }
    SUBCASE("and an Event about it is a repeat") {
        CHECK(f.saw("team-a", "web").empty());
        f.now += 6min;
        f.table.expire(f.now);
        CHECK(f.failing() == "team-a/web");
    }
}

TEST_CASE("a look whose Pod has been forgotten meanwhile means nothing") {
    fixture f;
    f.saw("team-a", "web");
    f.saw("team-a", "api");
    f.now += 10min;
    f.table.expire(f.now);
    CHECK(f.looked("team-a", "web", seen(pod_progress::waits)).empty());
    CHECK(f.looked("nowhere", "web", std::nullopt).empty());
    CHECK(f.table.tracked() == 0);
}
