// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/reconcile_fsm.hpp"

#include "reconcile/state/reasons.hpp"

#include <utility>

namespace reconcile {

namespace {

reconcile_action proceed(reconcile_step step) {
    return {.step = step, .outcome = {}, .refusal = {}, .error = {}};
}

reconcile_action end(reconcile_step step, runtime::outcome outcome) {
    return {.step = step, .outcome = outcome, .refusal = {}, .error = {}};
}

}  // namespace

void compare_with_result(reconcile_facts& facts, const result_record& known) {
    facts.drifted = known.now == result_record::state::synced && known.desired == facts.desired;
    facts.contended = known.last_failure != nullptr && known.last_failure->reason == reasons::contended;
}

reconcile_fsm::reconcile_fsm(runtime::object_key key,
                             contention& repairs,
                             deletion_guard& guard,
                             int max_passes)
    : key_(std::move(key)), repairs_(repairs), guard_(guard), passes_left_(max_passes) {}

reconcile_action reconcile_fsm::next(const reconcile_facts& facts, runtime::time_point now) {
    using runtime::outcome;
    if (failure_) return give_up(facts.failures);
    if (must_read_back_) return proceed(reconcile_step::read_back);
    if (facts.needs_content) {
        return passes_left_-- == 0 ? end(reconcile_step::contend, outcome::retry())
                                   : proceed(reconcile_step::read_content);
    }
    desired_ = facts.desired;
    if (!facts.removes && !held_) guard_.forget(key_);
    if (!facts.writes) {
        // The guard may have queued the key meanwhile: only settled() would ignore that.
        return held_ ? end(reconcile_step::finish, outcome::done())
                     : end(reconcile_step::settle, outcome::settled());
    }
    if (passes_left_-- == 0) return end(reconcile_step::contend, outcome::retry());
    if (facts.destructive && !confirmed_) return proceed(reconcile_step::confirm);
    if (facts.removes && !facts.asked_for) {
        const auto counting = guard_.pause(key_, now, facts.losers);
        if (counting > runtime::duration::zero())
            return end(reconcile_step::wait, outcome::requeue_after(counting));
        if (!guard_.may_delete(key_, facts.objects, now, facts.losers)) {
            held_ = true;
            return proceed(reconcile_step::hold);
        }
    }
    const auto pause = pause_before_repair(facts, now);
    if (pause > runtime::duration::zero()) return end(reconcile_step::contend, outcome::requeue_after(pause));
    return proceed(reconcile_step::write);
}

/// An object that was up to date, or has just been written, and is out of sync although the desired state is
/// the same, was changed by another writer: after the write, or during it (a mutating webhook).
runtime::duration reconcile_fsm::pause_before_repair(const reconcile_facts& facts, runtime::time_point now) {
    const bool just_written = written_ && *written_ == facts.desired;
    if (!just_written && !facts.drifted && !facts.contended) return {};
    const auto pause = repairs_.wait(key_, now);
    if (pause == runtime::duration::zero()) repairs_.repaired(key_, now);
    return pause;
}

void reconcile_fsm::confirmed(const kube::result<void>& read) {
    if (read.has_error())
        return fail(classify_read_failure(read.error()), read.error(), reconcile_step::confirm);
    confirmed_ = true;
}

void reconcile_fsm::wrote(const kube::result<void>& written, std::string_view verb) {
    if (written.has_value()) {
        written_ = desired_;
        return;
    }
    auto refusal = classify_refusal(written.error(), verb);
    if (refusal.next == next_step::read_back) {
        must_read_back_ = true;
    } else {
        fail(std::move(refusal), written.error(), reconcile_step::write);
    }
}

void reconcile_fsm::was_read(const kube::result<void>& read) {
    must_read_back_ = false;
    if (read.has_error()) fail(classify_read_failure(read.error()), read.error(), reconcile_step::read_back);
}

void reconcile_fsm::fail(write_refusal refusal, const kube::error& error, reconcile_step during) {
    failure_ = {.step = refusal.next == next_step::drop ? reconcile_step::drop : reconcile_step::fail,
                .outcome = {},
                .refusal = std::move(refusal),
                .error = error,
                .during = during};
}

reconcile_action reconcile_fsm::give_up(unsigned failures) {
    auto ended = *std::exchange(failure_, std::nullopt);
    ended.outcome = ended.step == reconcile_step::drop
                        ? runtime::outcome::done()
                        : retry_after_refusal(ended.refusal, ended.error, failures);
    return ended;
}

}  // namespace reconcile
