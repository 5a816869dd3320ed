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

auto deletion_guard::pause(const runtime::object_key& key, time_point now, const losers& losing) -> duration {
    if (has_passed(key, losing) || !held_.empty()) return duration::zero();
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
    while (!passed_.empty() && now - passed_.front() >= window)
        passed_.pop_front();
    // While some are held, later deletions are held too: they probably have the same cause.
    if (held_.empty() && passed_.size() + due_.size() < limit(objects)) {
        passed_.push_back(now);
        free_[key] = losing;
        return true;
    }
    if (held_.empty() && !reading_) next_read_ = now + first_read_after;
    hold(key, losing);
    return false;
}

void deletion_guard::hold(const runtime::object_key& key, const losers& losing) {
    free_.erase(key);
    const auto [found, is_new] = held_.try_emplace(key);
    auto& held = found->second;
    if (is_new || !std::ranges::includes(held.losing, losing))
        held.agreeing_reads = reading_ ? held_in_a_read : 0;
    held.losing = losing;
}

void deletion_guard::forget(const runtime::object_key& key) {
    free_.erase(key);
    due_.erase(key);
    if (held_.erase(key) > 0 && held_.empty()) next_read_ = time_point::max();
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
        const auto held = held_.extract(key);
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
