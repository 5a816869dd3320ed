// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/leader_election/lease_fsm.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace runtime {

namespace {

constexpr std::chrono::seconds longest_duration{24 * 3600};  // more would overflow a time_point
/// A holder cannot keep others waiting for longer than this many times their own duration.
constexpr int longest_wait = 10;
constexpr std::int64_t most_transitions = std::numeric_limits<std::int32_t>::max();

lease_action wait_until(boot_clock::time_point until) {
    lease_action action;
    action.until = until;
    return action;
}

lease_action do_now(lease_action::step step) {
    lease_action action;
    action.next = step;
    return action;
}

}  // namespace

bool is_contention(kube::error_kind kind) noexcept {
    return kind == kube::error_kind::conflict || kind == kube::error_kind::already_exists ||
           kind == kube::error_kind::not_found;
}

std::string fault_of(const lease_timing& timing) {
    if (timing.retry_period < std::chrono::seconds(1)) return "the retry period must be at least 1 s";
    if (timing.renew_deadline * 10 <= timing.retry_period * 12)
        return "the renew deadline must be longer than 1.2 times the retry period";
    if (timing.lease_duration <= timing.renew_deadline)
        return "the lease duration must be longer than the renew deadline";
    if (timing.lease_duration > longest_duration) return "the lease duration must be at most a day";
    return {};
}

lease_fsm::lease_fsm(std::string identity, lease_timing timing)
    : identity_(std::move(identity)), timing_(timing) {}

lease_action lease_fsm::next(time_point now, util::wall_time wall) {
    if (leader_ && now >= renew_by_) lose();
    if (lost_) return do_now(lease_action::step::lose);
    const auto due = must_read_ ? read_at_ : write_at_;
    if (now < due) return wait_until(leader_ ? std::min(due, renew_by_) : due);
    if (must_read_) return do_now(lease_action::step::read);
    return leader_ && exists_ ? hold(wall) : compete(now, wall);
}

lease_action lease_fsm::hold(util::wall_time wall) const {
    auto spec = known_->spec;
    spec.lease_duration_seconds = timing_.lease_duration.count();
    spec.renew_time = util::write_micro_time(wall);
    return update_to(std::move(spec));
}

lease_action lease_fsm::compete(time_point now, util::wall_time wall) const {
    const auto time = util::write_micro_time(wall);
    kube::lease_spec spec{.holder_identity = identity_,
                          .lease_duration_seconds = timing_.lease_duration.count(),
                          .acquire_time = time,
                          .renew_time = time};
    const auto holder = this->holder();
    const bool own = holder == identity_;  // the response to the update was lost, or the Lease was deleted
    if (!own && !holder.empty() && now < free_at()) return wait_until(free_at());
    if (exists_) {
        const auto transitions = known_->spec.lease_transitions;
        spec.lease_transitions = transitions >= most_transitions ? 0 : transitions + (own ? 0 : 1);
        return update_to(std::move(spec));
    }
    auto action = do_now(lease_action::step::create);
    action.spec = std::move(spec);
    return action;
}

lease_action lease_fsm::update_to(kube::lease_spec spec) const {
    auto action = do_now(lease_action::step::update);
    action.spec = std::move(spec);
    action.lease = known_->meta;
    return action;
}

/// By this process's clock, and for as long as the holder itself said: its clock and its settings are its
/// own.
lease_fsm::time_point lease_fsm::free_at() const {
    const std::chrono::seconds stated(known_->spec.lease_duration_seconds);
    const auto longest = std::min(timing_.lease_duration * longest_wait, longest_duration);
    return changed_at_ +
           (stated > std::chrono::seconds(0) ? std::min(stated, longest) : timing_.lease_duration);
}

void lease_fsm::know(const kube::lease& lease, time_point now) {
    if (!exists_ || known_->meta.uid != lease.meta.uid || known_->spec != lease.spec) changed_at_ = now;
    known_ = lease;
    exists_ = true;
    if (leader_ && lease.spec.holder_identity != identity_) lose();
}

bool lease_fsm::is_older_than_known(const kube::lease& lease) const noexcept {
    return exists_ && known_->meta.uid == lease.meta.uid &&
           kube::is_older(lease.meta.resource_version, known_->meta.resource_version);
}

void lease_fsm::read_again(time_point at) noexcept {
    must_read_ = true;
    read_at_ = at;
}

void lease_fsm::was_read(const kube::result<kube::lease>& lease, time_point now) {
    must_read_ = false;
    if (lease) {
        if (!is_older_than_known(*lease)) know(*lease, now);
    } else if (lease.error().kind == kube::error_kind::not_found) {
        exists_ = false;
        if (leader_) write_at_ = now;
    } else {
        read_again(now + timing_.retry_period);
    }
}

void lease_fsm::was_written(const kube::result<kube::lease>& lease, time_point sent, time_point now) {
    write_at_ = sent + timing_.retry_period;
    if (!lease) {  // another was quicker, or the response was lost and the write was not
        read_again(leader_ && is_contention(lease.error().kind) ? now : write_at_);
        return;
    }
    if (!is_older_than_known(*lease)) {
        known_ = *lease;
        exists_ = true;
        changed_at_ = now;
    } else if (known_->spec.holder_identity != identity_) {
        return read_again(now);
    }
    renew_by_ = sent + timing_.renew_deadline;
    leader_ = !lost_;
}

void lease_fsm::observed(const kube::lease& lease, time_point now) {
    if (is_older_than_known(lease)) return;
    if (leader_ && lease.spec.holder_identity != identity_) {
        // A watch may lag behind: only a read says who holds the Lease now.
        if (lease.meta.resource_version != known_->meta.resource_version) read_again(now);
        return;
    }
    know(lease, now);
    if (leader_) return;
    must_read_ = false;
    write_at_ = std::min(write_at_, now);
}

void lease_fsm::disappeared(time_point now) {
    if (exists_) read_again(now);
}

void lease_fsm::lose() noexcept {
    lost_ = true;
    leader_ = false;
}

const std::string& lease_fsm::holder() const noexcept {
    static const std::string nobody;
    return known_ ? known_->spec.holder_identity : nobody;
}

std::optional<lease_action> lease_fsm::release(util::wall_time wall) {
    if (!leader_ || !exists_) return std::nullopt;
    const auto time = util::write_micro_time(wall);
    auto action = update_to({.holder_identity = {},
                             .lease_duration_seconds = 1,
                             .acquire_time = time,
                             .renew_time = time,
                             .lease_transitions = known_->spec.lease_transitions});
    lose();
    return action;
}

}  // namespace runtime
