// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reconcile {

std::size_t deletion_guard::limit(std::size_t objects) noexcept {
    return std::max(always_allowed, objects / allowed_share);
}

bool deletion_guard::has_passed(const runtime::object_key& key, const losers& losing) const {
    const auto found = free_.find(key);
    return found != free_.end() && std::ranges::includes(found->second, losing);
}

bool deletion_guard::is_blocked(const runtime::object_key& key, const losers& losing) const {
    if (!needs_approval_) return !held_.empty();
    return held_.contains(key) ||
           std::ranges::any_of(losing, [this](const auto& loser) { return held_from_.contains(loser); });
}

std::size_t deletion_guard::count_others(time_point now) {
    while (!passed_.empty() && now - passed_.front() >= window)
        passed_.pop_front();
    while (!held_since_.empty() && now - *held_since_.begin() >= window)
        held_since_.erase(held_since_.begin());
    return passed_.size() + due_.size() + (needs_approval_ ? held_since_.size() : 0);
}

auto deletion_guard::pause(const runtime::object_key& key, time_point now, const losers& losing) -> duration {
    if (has_passed(key, losing) || is_blocked(key, losing)) return duration::zero();
    const auto since = due_.try_emplace(key, now).first->second;
    return std::max(since + count_time - now, duration::zero());
}

bool deletion_guard::may_delete(const runtime::object_key& key,
                                std::size_t objects,
                                time_point now,
                                const losers& losing) {
    if (has_passed(key, losing)) {
        free_[key] = losing;
        return true;
    }
    due_.erase(key);
    const auto others = count_others(now);
    if (!is_blocked(key, losing) && others < limit(objects)) {
        passed_.push_back(now);
        free_[key] = losing;
        return true;
    }
    if (held_.empty() && !reading_) next_read_ = now + first_read_after;
    hold(key, losing, now);
    return false;
}

void deletion_guard::hold(const runtime::object_key& key, const losers& losing, time_point now) {
    free_.erase(key);
    const auto [found, is_new] = held_.try_emplace(key);
    auto& held = found->second;
    if (is_new || !std::ranges::includes(held.losing, losing))
        held.agreeing_reads = reading_ ? held_in_a_read : 0;
    if (is_new) {
        held.since = now;
        held_since_.insert(now);
    }
    forget_losers(held);
    held.losing = losing;
    for (const auto& loser : losing)
        ++held_from_[loser];
}

void deletion_guard::forget_losers(const held_deletion& held) {
    for (const auto& loser : held.losing) {
        const auto count = held_from_.find(loser);
        if (--count->second == 0) held_from_.erase(count);
    }
}

deletion_guard::held_map::node_type deletion_guard::take_held(const runtime::object_key& key) {
    auto taken = held_.extract(key);
    if (taken.empty()) return taken;
    forget_losers(taken.mapped());
    const auto since = held_since_.find(taken.mapped().since);
    if (since != held_since_.end()) held_since_.erase(since);
    return taken;
}

void deletion_guard::forget(const runtime::object_key& key) {
    free_.erase(key);
    due_.erase(key);
    if (!take_held(key).empty() && held_.empty()) next_read_ = time_point::max();
}

std::vector<runtime::object_key> deletion_guard::read(time_point now) {
    std::vector<runtime::object_key> free;
    for (auto& [key, held] : held_) {
        if (++held.agreeing_reads >= reads_needed) free.push_back(key);
    }
    pass(free);
    end_read(now);
    return free;
}

std::vector<runtime::object_key> deletion_guard::release(
    const std::function<bool(const runtime::object_key&)>& approved, time_point now) {
    std::vector<runtime::object_key> free;
    for (const auto& [key, held] : held_) {
        if (approved(key)) free.push_back(key);
    }
    pass(free);
    next_read_ = held_.empty() ? time_point::max() : now + between_looks;
    return free;
}

void deletion_guard::pass(const std::vector<runtime::object_key>& keys) {
    for (const auto& key : keys) {
        const auto held = take_held(key);
        free_[key] = held.mapped().losing;
    }
}

std::string deletion_guard::release_rule() const {
    if (needs_approval_)
        return "once a person approves this with the annotation regcred.dev/approve-deletions (the "
               "conditions "
               "show the command)";
    return fmt::format("when two lists of all namespaces, {} s apart, agree",
                       std::chrono::duration_cast<std::chrono::seconds>(between_reads).count());
}

void deletion_guard::read_failed(time_point now) noexcept {
    for (auto& [key, held] : held_)
        held.agreeing_reads = std::max(held.agreeing_reads, 0);
    end_read(now);
}

void deletion_guard::end_read(time_point now) noexcept {
    reading_ = false;
    next_read_ = held_.empty() ? time_point::max() : now + between_reads;
}

}  // namespace reconcile
