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
