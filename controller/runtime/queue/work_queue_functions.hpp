// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions of work_queue, which work_queue.hpp includes.
#include "runtime/queue/work_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <optional>

namespace runtime {

template <class Key, class Hash>
void work_queue<Key, Hash>::add(const Key& key, priority level, time_point now) {
    if (shut_down_) return;
    mark_dirty(find_or_make(key), level, now);
}

template <class Key, class Hash>
void work_queue<Key, Hash>::add_after(const Key& key, duration delay, priority level, time_point now) {
    if (shut_down_) return;
    if (delay <= duration::zero()) return add(key, level, now);
    node& what = find_or_make(key);
    entry& of = what.second;
    const time_point due = delay > time_point::max() - now ? time_point::max() : now + delay;
    of.delayed_level = of.delayed ? more_urgent(of.delayed_level, level) : level;
    if (of.delayed && (*of.delayed)->first <= due) return;
    if (of.delayed) delayed_.erase(*of.delayed);
    of.delayed = delayed_.emplace(due, &what);
}

template <class Key, class Hash>
duration work_queue<Key, Hash>::add_rate_limited(const Key& key,
                                                 priority level,
                                                 duration at_least,
                                                 time_point now) {
    if (shut_down_) return duration::zero();
    entry& of = find_or_make(key).second;
    const duration delay = std::max(retry_(of.failures), at_least);
    if (of.failures++ == 0) ++failing_;
    statistics_.retried(level);
    add_after(key, delay, level, now);
    return delay;
}

template <class Key, class Hash>
void work_queue<Key, Hash>::forget(const Key& key) {
    const auto found = entries_.find(key);
    if (found == entries_.end() || found->second.failures == 0) return;
    found->second.failures = 0;
    --failing_;
    drop_if_idle(*found);
}

template <class Key, class Hash>
unsigned work_queue<Key, Hash>::failures(const Key& key) const {
    const auto found = entries_.find(key);
    return found == entries_.end() ? 0 : found->second.failures;
}

template <class Key, class Hash>
auto work_queue<Key, Hash>::take(time_point now) -> std::optional<taken> {
    release_due(now);
    ready_heads heads;
    for (std::size_t i = 0; i < priority_count; ++i) {
        if (!ready_[i].empty() && running_.admits(static_cast<priority>(i)))
            heads[i] = ready_[i].front()->second.ticket;
    }
    const auto from = picker_.pick(heads);
    if (!from) return std::nullopt;

    ready_list& list = ready_[index_of(*from)];
    node& what = *list.front();
    list.pop_front();
    entry& of = what.second;
    of.ready.reset();
    of.dirty = false;  // before the work begins, so that an add during the work is not lost
    of.running = true;
    of.running_level = *from;
    running_.begin(*from);
    statistics_.waited(*from, now - of.dirty_since);
    return taken{what.first, *from};
}

template <class Key, class Hash>
void work_queue<Key, Hash>::done(const Key& key) {
    const auto found = entries_.find(key);
    assert(found != entries_.end() && found->second.running);
    found->second.running = false;
    running_.end(found->second.running_level);
    if (found->second.dirty) return make_ready(*found);
    drop_if_idle(*found);
}

template <class Key, class Hash>
void work_queue<Key, Hash>::settle(const Key& key) {
    if (const auto found = entries_.find(key); found != entries_.end()) found->second.dirty = false;
    done(key);
}

template <class Key, class Hash>
std::optional<time_point> work_queue<Key, Hash>::next_wakeup(time_point now) const {
    for (std::size_t i = 0; i < priority_count; ++i) {
        if (!ready_[i].empty() && running_.admits(static_cast<priority>(i))) return now;
    }
    if (delayed_.empty()) return std::nullopt;
    return delayed_.begin()->first;
}

template <class Key, class Hash>
void work_queue<Key, Hash>::shut_down() {
    shut_down_ = true;
    delayed_.clear();
    for (ready_list& list : ready_)
        list.clear();
    std::erase_if(entries_, [](const node& what) { return !what.second.running; });
    failing_ = 0;
    for (node& what : entries_) {
        const auto level = what.second.running_level;
        what.second = entry{};
        what.second.running = true;
        what.second.running_level = level;
    }
}

template <class Key, class Hash>
std::size_t work_queue<Key, Hash>::waiting() const noexcept {
    std::size_t sum = 0;
    for (const ready_list& list : ready_)
        sum += list.size();
    return sum;
}

template <class Key, class Hash>
auto work_queue<Key, Hash>::find_or_make(const Key& key) -> node& {
    return *entries_.try_emplace(key).first;
}

template <class Key, class Hash>
void work_queue<Key, Hash>::mark_dirty(node& what, priority level, time_point now) {
    entry& of = what.second;
    if (!of.dirty) {
        of.dirty = true;
        of.dirty_since = now;
        of.level = level;
        if (!of.running) make_ready(what);
        return;
    }
    if (more_urgent(of.level, level) == of.level) return;
    if (of.ready) {
        // To the end of the better priority, with a ticket of its own there: the heads' tickets must grow
        // within a priority.
        ready_list& target = ready_[index_of(level)];
        target.splice(target.end(), ready_[index_of(of.level)], *of.ready);
        of.ticket = next_ticket_++;
    }
    of.level = level;
}

template <class Key, class Hash>
void work_queue<Key, Hash>::make_ready(node& what) {
    entry& of = what.second;
    ready_list& list = ready_[index_of(of.level)];
    of.ticket = next_ticket_++;
    of.ready = list.insert(list.end(), &what);
}

template <class Key, class Hash>
void work_queue<Key, Hash>::release_due(time_point now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        node& what = *delayed_.begin()->second;
        delayed_.erase(delayed_.begin());
        what.second.delayed.reset();
        mark_dirty(what, what.second.delayed_level, now);
    }
}

template <class Key, class Hash>
void work_queue<Key, Hash>::drop_if_idle(node& what) {
    const entry& of = what.second;
    if (of.dirty || of.running || of.delayed || of.failures > 0) return;
    entries_.erase(entries_.find(what.first));
}

}  // namespace runtime
