// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <algorithm>

namespace reconcile {

template <class Key, class Hash>
std::size_t basic_deletion_guard<Key, Hash>::limit(std::size_t cells) noexcept {
    return std::max(always_allowed, cells / allowed_share);
}

template <class Key, class Hash>
bool basic_deletion_guard<Key, Hash>::may_delete(const Key& where, std::size_t cells, time_point now) {
    if (free_.contains(where)) return true;
    while (!passed_.empty() && now - passed_.front() >= window)
        passed_.pop_front();
    // While some are held, what comes later belongs to the same trouble.
    if (held_.empty() && passed_.size() < limit(cells)) {
        passed_.push_back(now);
        free_.insert(where);
        return true;
    }
    if (held_.empty() && !reading_) next_read_ = now + first_read_after;
    held_.try_emplace(where, reading_ ? held_in_a_read : 0);
    return false;
}

template <class Key, class Hash>
void basic_deletion_guard<Key, Hash>::forget(const Key& where) {
    free_.erase(where);
    if (held_.erase(where) > 0 && held_.empty()) next_read_ = time_point::max();
}

template <class Key, class Hash>
std::vector<Key> basic_deletion_guard<Key, Hash>::read(time_point now) {
    std::vector<Key> free;
    for (auto& [where, agreeing] : held_) {
        if (++agreeing >= reads_needed) free.push_back(where);
    }
    for (const auto& where : free) {
        held_.erase(where);
        free_.insert(where);
    }
    end_read(now);
    return free;
}

template <class Key, class Hash>
void basic_deletion_guard<Key, Hash>::read_failed(time_point now) noexcept {
    for (auto& [where, agreeing] : held_)
        agreeing = std::max(agreeing, 0);
    end_read(now);
}

template <class Key, class Hash>
void basic_deletion_guard<Key, Hash>::end_read(time_point now) noexcept {
    reading_ = false;
    next_read_ = held_.empty() ? time_point::max() : now + between_reads;
}

template class basic_deletion_guard<cell, cell_hash>;
template class basic_deletion_guard<runtime::object_key, runtime::object_key_hash>;

}  // namespace reconcile
