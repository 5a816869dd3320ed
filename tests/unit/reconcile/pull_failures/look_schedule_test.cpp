// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/look_schedule.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

using namespace std::chrono_literals;
using reconcile::look_schedule;

namespace {

struct fixture {
    void fail(const std::string& pod) {
        static_cast<void>(failures.record_event(
            {.namespace_name = "team-a", .pod = pod, .uid = "uid-" + pod, .secrets = {"regcred"}},
            now,
            runtime::wall_time{}));
    }
    /// The Pod to look at now; empty: none.
    std::string pod() {
        const auto next = looks.next(now);
        return next.pod ? next.pod->name : "";
    }
    /// The look at a Pod finds it waiting for its image.
    void find_waiting(const std::string& pod) {
        static_cast<void>(failures.record_pod({.namespace_name = "team-a", .name = pod},
                                              reconcile::pod_view{.uid = "uid-" + pod,
                                                                  .deleting = false,
                                                                  .pull_secrets = {"regcred"},
                                                                  .progress = reconcile::pod_progress::waits},
                                              now,
                                              runtime::wall_time{}));
        looks.looked(now);
    }

    bool arrived = false;  // the Secret
    runtime::time_point now{1h};
    reconcile::pull_failures failures{[] { return 0.0; },
                                      [this](const runtime::object_key&) { return !arrived; }};
    look_schedule looks{failures};
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "without a failing Pod there is nothing to wake up for") {
    const auto next = looks.next(now);
    CHECK_FALSE(next.pod.has_value());
    CHECK(next.wake_at == runtime::time_point::max());
}

TEST_CASE_FIXTURE(fixture, "looks at several Pods have a pause between them") {
    fail("a");
    fail("b");
    CHECK(pod() == "a");
    now += 1s;  // the look takes that long
    looks.looked(now);
    const auto next = looks.next(now);
    CHECK_FALSE(next.pod.has_value());
    CHECK(next.wake_at == now + look_schedule::between_looks);
    now += look_schedule::between_looks - 1ms;
    CHECK(pod().empty());
    now += 1ms;
    CHECK(pod() == "b");
}

TEST_CASE_FIXTURE(fixture, "an arrived Secret is noticed within ten seconds, and its Pods are looked at") {
    fail("a");
    CHECK(pod() == "a");
    find_waiting("a");
    while (now < runtime::time_point{2h}) {  // the looks at a Pod that lacks its Secret become rare
        const auto next = looks.next(now);
        if (next.pod) find_waiting("a");
        now += 1s;
    }
    arrived = true;
    const auto since = now;
    while (pod().empty() && now < since + 1h)
        now = looks.next(now).wake_at;
    CHECK(now - since <= look_schedule::between_checks);
}

TEST_CASE_FIXTURE(fixture, "a suspected Pod without an Event for ten minutes is reported as changed") {
    failures.restore({.namespace_name = "team-a", .pod = "a", .uid = "uid-a", .secrets = {"regcred"}},
                     now,
                     runtime::wall_time{});
    for (unsigned i = 0; i < reconcile::pull_failures::refusals_needed; ++i)
        static_cast<void>(failures.pods_forbidden(now));
    static_cast<void>(pod());
    CHECK(looks.next(now + 9min).changed.empty());
    CHECK(looks.next(now + 10min).changed == std::set<std::string>{"regcred"});
}

TEST_CASE_FIXTURE(fixture,
                  "an Event wakes the watcher only if a look may begin sooner than it would wake up") {
    CHECK(looks.look_precedes(runtime::time_point::max(), now));
    CHECK(looks.look_precedes(now + 1ms, now));
    CHECK_FALSE(looks.look_precedes(now, now));
    looks.looked(now);
    CHECK_FALSE(looks.look_precedes(now + look_schedule::between_looks, now));
    CHECK(looks.look_precedes(now + look_schedule::between_looks + 1ms, now));
}
