// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/reconcile_fsm.hpp"

#include "reconcile/state/reasons.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using reconcile::reconcile_facts;
using reconcile::reconcile_step;
using runtime::outcome;

namespace {

const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};

kube::result<void> ok() {
    return {};
}

kube::result<void> failed(kube::error_kind kind, const std::string& message = "no") {
    return kube::error(kind, message);
}

/// One reconciler's memory, and runs of one key that a test steps through.
struct fixture {
    reconcile::contention repairs;
    reconcile::deletion_guard guard;
    runtime::time_point now{1h};
    reconcile_facts nothing{.losers = {}, .desired = 7, .objects = 100};
    reconcile_facts update{.writes = true, .losers = {}, .desired = 7, .objects = 100};
    reconcile_facts removal{
        .writes = true, .destructive = true, .removes = true, .losers = {}, .desired = 7, .objects = 100};

    [[nodiscard]] reconcile::reconcile_fsm run(int most_passes = 6) {
        return {key, repairs, guard, most_passes};
    }
    /// Other removals that no user asked for have used up what passes unconfirmed in a minute.
    void exhaust_guard() {
        for (int i = 0; guard.may_delete({.namespace_name = std::to_string(i), .name = "regcred"}, 100, now);
             ++i) {
        }
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "an up-to-date object is settled at once, and a key that was added meanwhile is done") {
    auto fsm = run();
    const auto end = fsm.next(nothing, now);
    CHECK(end.step == reconcile_step::settle);
    CHECK(end.outcome == outcome::settled());
}

TEST_CASE_FIXTURE(fixture, "a write is followed by a new plan") {
    auto fsm = run();
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(ok(), "update");
    CHECK(fsm.next(nothing, now).step == reconcile_step::settle);
}

TEST_CASE_FIXTURE(fixture, "a destructive write is confirmed by a read, once in a run") {
    auto fsm = run();
    reconcile_facts adoption = update;
    adoption.destructive = true;
    CHECK(fsm.next(adoption, now).step == reconcile_step::confirm);
    fsm.confirmed(ok());
    CHECK(fsm.next(adoption, now).step == reconcile_step::write);
    fsm.wrote(ok(), "update");
    CHECK(fsm.next(nothing, now).step == reconcile_step::settle);
}

TEST_CASE_FIXTURE(fixture, "a confirming read is followed by a new plan") {
    auto fsm = run();
    CHECK(fsm.next(removal, now).step == reconcile_step::confirm);
    fsm.confirmed(ok());
    CHECK(fsm.next(nothing, now).step == reconcile_step::settle);
    CHECK(guard.held() == 0);
}

TEST_CASE_FIXTURE(fixture, "a confirming read that fails ends the run without a write") {
    auto fsm = run();
    CHECK(fsm.next(removal, now).step == reconcile_step::confirm);
    fsm.confirmed(failed(kube::error_kind::server));
    const auto end = fsm.next(removal, now);
    CHECK(end.step == reconcile_step::fail);
    CHECK(end.during == reconcile_step::confirm);
    CHECK(end.refusal.reason == reconcile::reasons::server_unavailable);
    CHECK(end.outcome.kind() == runtime::outcome_kind::retry);
}

TEST_CASE_FIXTURE(fixture, "a confirming read that is forbidden waits for an operator, longer and longer") {
    const auto end_after = [this](unsigned failures) {
        auto fsm = run();
        auto facts = removal;
        facts.failures = failures;
        static_cast<void>(fsm.next(facts, now));
        fsm.confirmed(failed(kube::error_kind::forbidden, "secrets is forbidden"));
        return fsm.next(facts, now);
    };
    CHECK(end_after(0).refusal.reason == reconcile::reasons::forbidden);
    CHECK(end_after(0).outcome == outcome::retry_not_before(1s));
    CHECK(end_after(3).outcome == outcome::retry_not_before(8s));
}

TEST_CASE_FIXTURE(fixture, "a conflict leads to a read of the object, and to a new plan") {
    auto fsm = run();
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(failed(kube::error_kind::conflict), "update");
    CHECK(fsm.next(update, now).step == reconcile_step::read_back);
    fsm.was_read(ok());
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(ok(), "update");
    CHECK(fsm.next(nothing, now).step == reconcile_step::settle);
}

TEST_CASE_FIXTURE(fixture,
                  "a read after a conflict that fails ends the run, and the next run starts afresh") {
    auto fsm = run();
    static_cast<void>(fsm.next(update, now));
    fsm.wrote(failed(kube::error_kind::already_exists), "create");
    CHECK(fsm.next(update, now).step == reconcile_step::read_back);
    fsm.was_read(failed(kube::error_kind::no_response));
    const auto end = fsm.next(update, now);
    CHECK(end.step == reconcile_step::fail);
    CHECK(end.during == reconcile_step::read_back);
    auto next = run();
    CHECK(next.next(update, now).step == reconcile_step::write);
}

TEST_CASE_FIXTURE(fixture, "a conflict does not undo the confirmation of the run") {
    auto fsm = run();
    auto facts = removal;
    facts.asked_for = true;
    CHECK(fsm.next(facts, now).step == reconcile_step::confirm);
    fsm.confirmed(ok());
    CHECK(fsm.next(facts, now).step == reconcile_step::write);
    fsm.wrote(failed(kube::error_kind::conflict), "delete");
    CHECK(fsm.next(facts, now).step == reconcile_step::read_back);
    fsm.was_read(ok());
    CHECK(fsm.next(facts, now).step == reconcile_step::write);
}

TEST_CASE_FIXTURE(fixture, "a refused write ends the run with the refusal, and is retried") {
    struct row {
        kube::error_kind kind;
        const char* message;
        std::string_view reason;
        outcome expected;
    };
    for (const auto& row : {
             row{kube::error_kind::forbidden,
                 "exceeded quota: q",
                 "QuotaExceeded",
                 outcome::retry_not_before(4s)},
             row{kube::error_kind::invalid, "no", "Denied", outcome::retry_not_before(4s)},
             row{kube::error_kind::forbidden, "no", "Forbidden", outcome::retry_not_before(4s)},
             row{kube::error_kind::server, "etcd", "ServerUnavailable", outcome::retry()},
         }) {
        CAPTURE(row.reason);
        auto fsm = run();
        auto facts = update;
        facts.failures = 2;
        static_cast<void>(fsm.next(facts, now));
        fsm.wrote(failed(row.kind, row.message), "create");
        const auto end = fsm.next(facts, now);
        CHECK(end.step == reconcile_step::fail);
        CHECK(end.during == reconcile_step::write);
        CHECK(end.refusal.reason == row.reason);
        CHECK(end.refusal.message.find("not created: ") == 0);
        CHECK(end.outcome == row.expected);
    }
}

TEST_CASE_FIXTURE(fixture, "a refused write obeys Retry-After") {
    auto fsm = run();
    static_cast<void>(fsm.next(update, now));
    kube::error busy(kube::error_kind::too_many_requests, "busy");
    busy.retry_after = 3s;
    fsm.wrote(busy, "update");
    CHECK(fsm.next(update, now).outcome == outcome::retry_not_before(3s));
}

TEST_CASE_FIXTURE(fixture, "a write into a namespace that is gone drops the object") {
    auto fsm = run();
    static_cast<void>(fsm.next(update, now));
    kube::error gone(kube::error_kind::not_found, "namespaces \"team-a\" not found");
    gone.details_kind = "namespaces";
    fsm.wrote(gone, "create");
    const auto end = fsm.next(update, now);
    CHECK(end.step == reconcile_step::drop);
    CHECK(end.outcome == outcome::done());
}

TEST_CASE_FIXTURE(fixture, "a removal that a user asked for passes the deletion guard") {
    exhaust_guard();
    auto fsm = run();
    auto facts = removal;
    facts.asked_for = true;
    static_cast<void>(fsm.next(facts, now));
    fsm.confirmed(ok());
    CHECK(fsm.next(facts, now).step == reconcile_step::write);
}

TEST_CASE_FIXTURE(fixture, "a removal that the guard holds is reported, and the rest of the plan goes on") {
    exhaust_guard();
    auto fsm = run();
    static_cast<void>(fsm.next(removal, now));
    fsm.confirmed(ok());
    CHECK_FALSE(fsm.holds_removal());
    CHECK(fsm.next(removal, now).step == reconcile_step::hold);
    CHECK(fsm.holds_removal());
    CHECK(guard.held() == 2);  // this key and the one that exhausted the guard
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(ok(), "patch");
    const auto end = fsm.next(nothing, now);
    CHECK(end.step == reconcile_step::finish);
    CHECK(end.outcome == outcome::done());  // what the guard adds meanwhile is looked at
    CHECK_FALSE(end.outcome.is_settled());
    CHECK(guard.held() == 2);
}

TEST_CASE_FIXTURE(fixture, "a removal is confirmed before the guard counts it") {
    auto fsm = run();
    CHECK(fsm.next(removal, now).step == reconcile_step::confirm);
    fsm.confirmed(failed(kube::error_kind::server));
    static_cast<void>(fsm.next(removal, now));
    int passed = 0;
    while (guard.may_delete({.namespace_name = std::to_string(passed), .name = "regcred"}, 100, now))
        ++passed;
    CHECK(passed == 20);
}

TEST_CASE_FIXTURE(fixture,
                  "a removal that no user asked for waits until the guard has counted what comes with it") {
    auto counted = run();
    static_cast<void>(counted.next(removal, now));
    counted.confirmed(ok());
    const auto wait = counted.next(removal, now);
    CHECK(wait.step == reconcile_step::wait);
    CHECK(wait.outcome == outcome::requeue_after(reconcile::deletion_guard::count_time));
    CHECK_FALSE(counted.holds_removal());

    now += reconcile::deletion_guard::count_time;
    auto due = run();
    CHECK(due.next(removal, now).step == reconcile_step::confirm);
    due.confirmed(ok());
    CHECK(due.next(removal, now).step == reconcile_step::write);
}

TEST_CASE_FIXTURE(fixture,
                  "an object that is wanted again must pass the guard again before a later removal") {
    static_cast<void>(guard.pause(key, now - reconcile::deletion_guard::count_time));
    auto removed = run();
    static_cast<void>(removed.next(removal, now));
    removed.confirmed(ok());
    REQUIRE(removed.next(removal, now).step == reconcile_step::write);
    removed.wrote(failed(kube::error_kind::server), "delete");
    static_cast<void>(removed.next(removal, now));

    auto wanted = run();
    CHECK(wanted.next(nothing, now).step == reconcile_step::settle);
    exhaust_guard();
    auto again = run();
    static_cast<void>(again.next(removal, now));
    again.confirmed(ok());
    CHECK(again.next(removal, now).step == reconcile_step::hold);
}

TEST_CASE_FIXTURE(fixture, "a removal that passed the guard passes for those that lost by it then") {
    auto of_both = removal;
    removal.losers = {"uid-a"};
    of_both.losers = {"uid-a", "uid-b"};
    static_cast<void>(guard.pause(key, now - reconcile::deletion_guard::count_time, removal.losers));
    REQUIRE(guard.may_delete(key, 100, now, removal.losers));
    const auto step_of = [this](const reconcile_facts& facts) {
        auto fsm = run();
        static_cast<void>(fsm.next(facts, now));
        fsm.confirmed(ok());
        return fsm.next(facts, now).step;
    };
    CHECK(step_of(removal) == reconcile_step::write);
    CHECK(step_of(of_both) == reconcile_step::wait);
    exhaust_guard();
    CHECK(step_of(of_both) == reconcile_step::hold);
}

TEST_CASE_FIXTURE(fixture, "a drifted object is repaired at once, then less and less often") {
    auto drifted = update;
    drifted.drifted = true;
    for (int repair = 0; repair < reconcile::contention::free_repairs; ++repair) {
        auto fsm = run();
        CHECK(fsm.next(drifted, now).step == reconcile_step::write);
        now += 1s;
    }
    auto fsm = run();
    const auto end = fsm.next(drifted, now);
    CHECK(end.step == reconcile_step::contend);
    CHECK(end.outcome.kind() == runtime::outcome_kind::requeue_after);
    CHECK(end.outcome.delay() > 0s);

    auto contended = update;
    contended.contended = true;
    auto waiting = run();
    CHECK(waiting.next(contended, now).step == reconcile_step::contend);
    auto due = run();
    CHECK(due.next(contended, now + end.outcome.delay()).step == reconcile_step::write);
}

TEST_CASE_FIXTURE(fixture, "a write that is not a repair never waits") {
    for (int write = 0; write < 20; ++write) {
        auto fsm = run();
        CHECK(fsm.next(update, now).step == reconcile_step::write);
    }
}

TEST_CASE_FIXTURE(fixture, "after a webhook has changed the object, the next write is a repair") {
    const auto write_and_look = [this] {
        auto fsm = run(100);
        int writes = 0;
        while (fsm.next(update, now).step == reconcile_step::write) {
            fsm.wrote(ok(), "update");
            ++writes;
        }
        return writes;
    };
    CHECK(write_and_look() == 1 + reconcile::contention::free_repairs);
}

TEST_CASE_FIXTURE(fixture, "a write of a changed desired state does not count as a repair") {
    auto fsm = run(100);
    for (std::uint64_t desired = 1; desired < 20; ++desired) {
        auto facts = update;
        facts.desired = desired;
        CHECK(fsm.next(facts, now).step == reconcile_step::write);
        fsm.wrote(ok(), "update");
    }
}

TEST_CASE_FIXTURE(fixture, "a run ends after so many passes, and is retried") {
    auto fsm = run(3);
    for (std::uint64_t pass = 1; pass <= 3; ++pass) {
        auto facts = update;
        facts.desired = pass;
        CHECK(fsm.next(facts, now).step == reconcile_step::write);
        fsm.wrote(ok(), "update");
    }
    const auto end = fsm.next(update, now);
    CHECK(end.step == reconcile_step::contend);
    CHECK(end.outcome == outcome::retry());
}

TEST_CASE_FIXTURE(fixture, "a run whose last write was right is settled") {
    auto fsm = run(1);
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(ok(), "update");
    CHECK(fsm.next(nothing, now).step == reconcile_step::settle);
}

TEST_CASE_FIXTURE(fixture, "a run has failed from the refusal until next() returns the failure") {
    auto fsm = run();
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    CHECK_FALSE(fsm.has_failed());
    fsm.wrote(failed(kube::error_kind::server), "update");
    CHECK(fsm.has_failed());
    CHECK(fsm.next(update, now).step == reconcile_step::fail);
}

TEST_CASE_FIXTURE(fixture, "a plan that depends on the content reads it first, and is made again") {
    auto fsm = run();
    auto unread = update;
    unread.writes = false;
    unread.needs_content = true;
    CHECK(fsm.next(unread, now).step == reconcile_step::read_content);
    fsm.was_read(ok());
    CHECK(fsm.next(update, now).step == reconcile_step::write);
    fsm.wrote(ok(), "update");
    CHECK(fsm.next(unread, now).step == reconcile_step::read_content);
    fsm.was_read(failed(kube::error_kind::server));
    const auto end = fsm.next(unread, now);
    CHECK(end.step == reconcile_step::fail);
    CHECK(end.refusal.reason == reconcile::reasons::server_unavailable);
}

TEST_CASE_FIXTURE(fixture, "an object that changes at each read of its content is left alone for now") {
    auto fsm = run(2);
    auto unread = nothing;
    unread.needs_content = true;
    for (int i = 0; i < 2; ++i) {
        CHECK(fsm.next(unread, now).step == reconcile_step::read_content);
        fsm.was_read(ok());
    }
    const auto end = fsm.next(unread, now);
    CHECK(end.step == reconcile_step::contend);
    CHECK(end.outcome.kind() == runtime::outcome_kind::retry);
}
