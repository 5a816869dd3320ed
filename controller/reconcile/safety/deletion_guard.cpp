// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reconcile {

std::size_t deletion_guard::limit(std::size_t objects) noexcept {
    return std::max(always_allowed, objects / allowed_share);
}

auto deletion_guard::pause(const runtime::object_key& key, time_point now) -> duration {
    if (free_.contains(key) || !held_.empty()) return duration::zero();
    const auto since = due_.try_emplace(key, now).first->second;
    return std::max(since + count_time - now, duration::zero());
}

bool deletion_guard::may_delete(const runtime::object_key& key, std::size_t objects, time_point now) {
    if (free_.contains(key)) return true;
    due_.erase(key);
    while (!passed_.empty() && now - passed_.front() >= window)
        passed_.pop_front();
    // While some are held, later deletions are held too: they probably have the same cause.
    if (held_.empty() && passed_.size() + due_.size() < limit(objects)) {
        passed_.push_back(now);
        free_.insert(key);
        return true;
    }
    if (held_.empty() && !reading_) next_read_ = now + first_read_after;
    held_.try_emplace(key, reading_ ? held_in_a_read : 0);
    return false;
}

void deletion_guard::forget(const runtime::object_key& key) {
    free_.erase(key);
    due_.erase(key);
    if (held_.erase(key) > 0 && held_.empty()) next_read_ = time_point::max();
}

std::vector<runtime::object_key> deletion_guard::read(time_point now) {
    std::vector<runtime::object_key> free;
    for (auto& [key, agreeing] : held_) {
        if (++agreeing >= reads_needed) free.push_back(key);
    }
    pass(free);
    end_read(now);
    return free;
}

std::vector<runtime::object_key> deletion_guard::release(
    const std::function<bool(const runtime::object_key&)>& approved, time_point now) {
    std::vector<runtime::object_key> free;
    for (const auto& [key, agreeing] : held_) {
        if (approved(key)) free.push_back(key);
    }
    pass(free);
    next_read_ = held_.empty() ? time_point::max() : now + between_looks;
    return free;
}

void deletion_guard::pass(const std::vector<runtime::object_key>& keys) {
    for (const auto& key : keys) {
        held_.erase(key);
        free_.insert(key);
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
    for (auto& [key, agreeing] : held_)
        agreeing = std::max(agreeing, 0);
    end_read(now);
}

void deletion_guard::end_read(time_point now) noexcept {
    reading_ = false;
    next_read_ = held_.empty() ? time_point::max() : now + between_reads;
}

}  // namespace reconcile
