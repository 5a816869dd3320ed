// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/leader_election/lease_fsm.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>

using namespace std::chrono_literals;
using runtime::lease_action;
using runtime::lease_fsm;

namespace {

const util::wall_time wall = util::wall_time{} + 1h;

/// Leader election of the process "me", by a clock that the test sets.
struct election {
    lease_fsm fsm{"me", {}};
    runtime::boot_clock::time_point start = runtime::boot_clock::time_point(1h);
    std::chrono::milliseconds at{0};

    [[nodiscard]] runtime::boot_clock::time_point now() const { return start + at; }
    [[nodiscard]] lease_action next() { return fsm.next(now(), wall); }

    /// "read", "create", "update to me (transitions 1)", "wait 2000 ms", "lose".
    [[nodiscard]] std::string step() {
        const auto action = next();
        const auto spec = fmt::format(
            " to {} (transitions {})", action.spec.holder_identity, action.spec.lease_transitions);
        switch (action.next) {
            case lease_action::step::read:
                return "read";
            case lease_action::step::create:
                return "create" + spec;
            case lease_action::step::update:
                return "update of version " + action.lease.resource_version + spec;
            case lease_action::step::wait:
                return fmt::format(
                    "wait until {} ms",
                    std::chrono::duration_cast<std::chrono::milliseconds>(action.until - start).count());
            case lease_action::step::lose:
                return "lose";
        }
        return "unknown";
    }

    void read(const kube::result<kube::lease>& lease) { fsm.was_read(lease, now()); }
    void write(const kube::result<kube::lease>& lease, std::chrono::milliseconds took = 0ms) {
        const auto sent = now();
        at += took;
        fsm.was_written(lease, sent, now());
    }
    void observe(const kube::lease& lease) { fsm.observed(lease, now()); }
};

kube::lease held_by(const std::string& holder,
                    const std::string& version,
                    const std::string& renewed = "t0") {
    kube::lease lease;
    lease.meta.name = "regcred-controller";
    lease.meta.uid = "uid-1";
    lease.meta.resource_version = version;
    lease.spec = {.holder_identity = holder,
                  .lease_duration_seconds = 15,
                  .acquire_time = "t0",
                  .renew_time = renewed,
                  .lease_transitions = 3};
    return lease;
}

const kube::error not_found(kube::error_kind::not_found, "");
const kube::error conflict(kube::error_kind::conflict, "");
const kube::error no_response(kube::error_kind::no_response, "");

/// An election that "me" has won at 0 ms, with version 10.
election won() {
    election e;
    e.read(not_found);
    e.write(held_by("me", "10"));
    return e;
}

}  // namespace

TEST_CASE("a candidate creates the Lease if there is none, and leads") {
    election e;
    CHECK(e.step() == "read");
    CHECK_FALSE(e.fsm.leads(e.now()));
    e.read(not_found);
    CHECK(e.step() == "create to me (transitions 0)");
    const auto action = e.next();
    CHECK(action.spec.lease_duration_seconds == 15);
    CHECK(action.spec.acquire_time == "1970-01-01T01:00:00.000000Z");
    CHECK(action.spec.renew_time == action.spec.acquire_time);
    e.write(held_by("me", "10"));
    CHECK(e.fsm.leads(e.now()));
    CHECK(e.fsm.holder() == "me");
    CHECK(e.step() == "wait until 2000 ms");
}

TEST_CASE("a candidate takes a Lease that it has not seen change for the duration that the holder stated") {
    election e;
    auto lease = held_by("other", "10");
    lease.spec.lease_duration_seconds = 7;
    e.read(lease);
    CHECK(e.fsm.holder() == "other");
    CHECK(e.step() == "wait until 7000 ms");
    e.at = 6999ms;
    CHECK(e.step() == "wait until 7000 ms");
    e.at = 7s;
    CHECK(e.step() == "update of version 10 to me (transitions 4)");
    e.write(held_by("me", "11"));
    CHECK(e.fsm.leads(e.now()));
}

TEST_CASE("a renewal that a candidate sees starts the duration again, by the candidate's clock") {
    election e;
    e.read(held_by("other", "10", "t0"));
    e.at = 14s;
    e.observe(held_by("other", "11", "t1"));
    CHECK(e.step() == "wait until 29000 ms");

    SUBCASE("a change of metadata alone does not") {
        e.at = 20s;
        e.observe(held_by("other", "12", "t1"));
        CHECK(e.step() == "wait until 29000 ms");
        e.at = 29s;
        CHECK(e.step() == "update of version 12 to me (transitions 4)");
    }
    SUBCASE("a report that is older than what is known does not") {
        e.at = 20s;
        e.observe(held_by("other", "10", "t0"));
        CHECK(e.step() == "wait until 29000 ms");
    }
    SUBCASE("neither does the same report once more") {
        e.at = 20s;
        e.observe(held_by("other", "11", "t1"));
        CHECK(e.step() == "wait until 29000 ms");
    }
    SUBCASE("another Lease of the same name does") {
        e.at = 20s;
        auto lease = held_by("other", "12", "t1");
        lease.meta.uid = "uid-2";
        e.observe(lease);
        CHECK(e.step() == "wait until 35000 ms");
    }
}

TEST_CASE(
    "a holder that states no duration is waited for as long as the candidate's own, and ten times at most") {
    election e;
    auto lease = held_by("other", "10");
    SUBCASE("none") {
        lease.spec.lease_duration_seconds = 0;
        e.read(lease);
        CHECK(e.step() == "wait until 15000 ms");
    }
    SUBCASE("a year") {
        lease.spec.lease_duration_seconds = 365LL * 24 * 3600;
        e.read(lease);
        CHECK(e.step() == "wait until 150000 ms");
    }
    SUBCASE("more than a time_point holds") {
        lease.spec.lease_duration_seconds = INT64_MAX;
        e.read(lease);
        CHECK(e.step() == "wait until 150000 ms");
    }
}

TEST_CASE("a candidate takes a Lease at once when its holder gives it up") {
    election e;
    e.read(held_by("other", "10"));
    e.at = 3s;
    e.observe(held_by("", "11"));
    CHECK(e.step() == "update of version 11 to me (transitions 4)");
}

TEST_CASE("a candidate takes a Lease that is given up while it waits to read it again") {
    election e;
    e.read(held_by("", "10"));
    e.write(conflict);
    e.at = 1s;
    e.observe(held_by("other", "11"));
    CHECK(e.step() == "wait until 16000 ms");
    e.observe(held_by("", "12"));
    CHECK(e.step() == "update of version 12 to me (transitions 4)");
}

TEST_CASE("a candidate waits for the holder of a Lease that was deleted, which may lead still") {
    election e;
    e.read(held_by("other", "10"));
    e.at = 5s;
    e.fsm.disappeared(e.now());
    CHECK(e.step() == "read");
    e.read(not_found);
    CHECK(e.step() == "wait until 15000 ms");

    SUBCASE("until its time is over") {
        e.at = 15s;
        CHECK(e.step() == "create to me (transitions 0)");
    }
    SUBCASE("and sees it create the Lease again") {
        auto lease = held_by("other", "20");
        lease.meta.uid = "uid-2";
        e.observe(lease);
        CHECK(e.step() == "wait until 20000 ms");
    }
}

TEST_CASE("a candidate creates a Lease that nobody held when it was deleted") {
    election e;
    e.read(held_by("", "10"));
    e.fsm.disappeared(e.now());
    e.read(not_found);
    CHECK(e.step() == "create to me (transitions 0)");
}

TEST_CASE("the number of transitions begins anew when it cannot grow") {
    election e;
    auto lease = held_by("", "10");
    lease.spec.lease_transitions = INT32_MAX;
    e.read(lease);
    CHECK(e.step() == "update of version 10 to me (transitions 0)");
}

TEST_CASE("a response that is older than what a watch has shown meanwhile") {
    election e;
    e.read(held_by("", "10"));
    SUBCASE("does not make a leader of a candidate that has lost the Lease again") {
        e.observe(held_by("other", "12"));
        e.write(held_by("me", "11"));
        CHECK_FALSE(e.fsm.leads(e.now()));
        CHECK(e.step() == "read");
        e.read(held_by("other", "12"));
        CHECK(e.step() == "wait until 2000 ms");
        e.at = 2s;
        CHECK(e.step() == "wait until 15000 ms");
    }
    SUBCASE("counts while the Lease is the process's own") {
        e.observe(held_by("me", "12"));
        e.write(held_by("me", "11"));
        CHECK(e.fsm.leads(e.now()));
        e.at = 2s;
        CHECK(e.step() == "update of version 12 to me (transitions 3)");
    }
}

TEST_CASE("a candidate that was not the first to write reads the Lease again after the retry period") {
    election e;
    e.read(held_by("", "10"));
    CHECK(e.step() == "update of version 10 to me (transitions 4)");
    e.write(conflict);
    CHECK_FALSE(e.fsm.leads(e.now()));
    CHECK(e.step() == "wait until 2000 ms");
    e.at = 2s;
    CHECK(e.step() == "read");
    e.read(held_by("other", "11"));
    CHECK(e.step() == "wait until 17000 ms");
}

TEST_CASE("a candidate whose update succeeded without a response renews what it holds") {
    election e;
    e.read(held_by("", "10"));
    e.write(no_response);
    e.at = 2s;
    CHECK(e.step() == "read");
    e.read(held_by("me", "11"));
    CHECK_FALSE(e.fsm.leads(e.now()));
    CHECK(e.step() == "update of version 11 to me (transitions 3)");
    e.write(held_by("me", "12"));
    CHECK(e.fsm.leads(e.now()));
}

TEST_CASE("a read that fails is repeated after the retry period") {
    election e;
    e.read(no_response);
    CHECK(e.step() == "wait until 2000 ms");
    e.at = 2s;
    CHECK(e.step() == "read");
}

TEST_CASE("the leader renews the Lease each retry period, and keeps when it acquired it") {
    auto e = won();
    e.at = 2s;
    CHECK(e.step() == "update of version 10 to me (transitions 3)");
    const auto action = e.next();
    CHECK(action.spec.acquire_time == "t0");
    CHECK(action.spec.renew_time == "1970-01-01T01:00:00.000000Z");
    CHECK(action.spec.lease_duration_seconds == 15);
    e.write(held_by("me", "11"), 500ms);
    CHECK(e.step() == "wait until 4000 ms");
    CHECK(e.fsm.renew_by() == e.start + 12s);
}

TEST_CASE("the leadership ends a renew deadline after the last successful renewal was sent") {
    auto e = won();
    e.at = 2s;
    e.write(held_by("me", "11"), 3s);
    CHECK(e.fsm.renew_by() == e.start + 12s);
    e.write(no_response, 5s);
    CHECK(e.at == 10s);
    CHECK(e.fsm.leads(e.now()));
    CHECK(e.step() == "read");
    e.read(no_response);
    CHECK(e.step() == "wait until 12000 ms");
    e.at = 11999ms;
    CHECK(e.fsm.leads(e.now()));
    e.at = 12s;
    CHECK_FALSE(e.fsm.leads(e.now()));
    CHECK(e.step() == "lose");
    CHECK_FALSE(e.fsm.is_leader());
    CHECK(e.step() == "lose");
}

TEST_CASE("a response that comes after the leadership has ended does not bring it back") {
    auto e = won();
    e.at = 2s;
    const auto sent = e.now();
    e.at = 10s;
    CHECK(e.step() == "lose");
    e.at = 11s;
    e.fsm.was_written(held_by("me", "11"), sent, e.now());
    CHECK_FALSE(e.fsm.leads(e.now()));
    CHECK(e.step() == "lose");
}

TEST_CASE("the leader loses the Lease when a read shows another holder") {
    auto e = won();
    e.at = 2s;
    e.write(conflict);
    CHECK(e.step() == "read");
    e.read(held_by("other", "11"));
    CHECK(e.step() == "lose");
    CHECK_FALSE(e.fsm.leads(e.now()));
}

TEST_CASE("the leader goes on after somebody edited the metadata of its Lease") {
    auto e = won();
    SUBCASE("which a watch has shown") {
        e.at = 1s;
        e.observe(held_by("me", "11"));
        CHECK(e.step() == "wait until 2000 ms");
        e.at = 2s;
    }
    SUBCASE("which the conflict of its next renewal tells") {
        e.at = 2s;
        e.write(conflict, 100ms);
        CHECK(e.step() == "read");
        e.read(held_by("me", "11"));
        CHECK(e.step() == "wait until 4000 ms");
        e.at = 4s;
    }
    CHECK(e.step() == "update of version 11 to me (transitions 3)");
}

TEST_CASE("the leader reads the Lease when a watch shows another holder, and ignores an old report") {
    auto e = won();
    e.at = 1s;
    e.observe(held_by("other", "9"));
    CHECK(e.step() == "wait until 2000 ms");
    e.observe(held_by("me", "10"));
    CHECK(e.step() == "wait until 2000 ms");
    e.observe(held_by("other", "11"));
    CHECK(e.fsm.leads(e.now()));
    CHECK(e.step() == "read");
}

TEST_CASE("the leader creates the Lease again when somebody deletes it") {
    auto e = won();
    e.at = 1s;
    e.fsm.disappeared(e.now());
    CHECK(e.step() == "read");
    e.read(not_found);
    CHECK(e.fsm.leads(e.now()));
    CHECK(e.step() == "create to me (transitions 0)");

    SUBCASE("and goes on") {
        auto lease = held_by("me", "20");
        lease.meta.uid = "uid-2";
        e.write(lease);
        CHECK(e.fsm.renew_by() == e.start + 11s);
    }
    SUBCASE("and loses it when another was quicker") {
        e.write(conflict);
        CHECK(e.step() == "read");
        auto lease = held_by("other", "20");
        lease.meta.uid = "uid-2";
        e.read(lease);
        CHECK(e.step() == "lose");
    }
}

TEST_CASE("releasing the Lease lets another take it at once, and ends the leadership") {
    auto e = won();
    const auto action = e.fsm.release(wall);
    REQUIRE(action);
    CHECK(action->next == lease_action::step::update);
    CHECK(action->lease.resource_version == "10");
    CHECK(action->spec.holder_identity.empty());
    CHECK(action->spec.lease_duration_seconds == 1);
    CHECK(action->spec.lease_transitions == 3);
    CHECK_FALSE(e.fsm.leads(e.now()));
    CHECK(e.step() == "lose");
    CHECK_FALSE(e.fsm.release(wall));
}

TEST_CASE("a candidate has nothing to release") {
    election e;
    CHECK_FALSE(e.fsm.release(wall));
    e.read(held_by("other", "10"));
    CHECK_FALSE(e.fsm.release(wall));
}

TEST_CASE("a timing follows the rules of client-go") {
    CHECK(runtime::fault_of({}).empty());
    CHECK(runtime::fault_of({.lease_duration = 10s, .renew_deadline = 10s, .retry_period = 2s}) ==
          "the lease duration must be longer than the renew deadline");
    CHECK(runtime::fault_of({.lease_duration = 15s, .renew_deadline = 6s, .retry_period = 5s}) ==
          "the renew deadline must be longer than 1.2 times the retry period");
    CHECK(runtime::fault_of({.lease_duration = 15s, .renew_deadline = 7s, .retry_period = 5s}).empty());
    CHECK(runtime::fault_of({.lease_duration = 15s, .renew_deadline = 10s, .retry_period = 0s}) ==
          "the retry period must be at least 1 s");
    CHECK(runtime::fault_of({.lease_duration = 48h, .renew_deadline = 10s, .retry_period = 2s}) ==
          "the lease duration must be at most a day");
}
