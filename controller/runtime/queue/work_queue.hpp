// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/backoff.hpp"
#include "runtime/queue/priority.hpp"
#include "runtime/time.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

namespace runtime {

/// Which keys need work, in the semantics of client-go's work queue, with priorities:
///  - a key that was added and not yet taken is waiting once, however often it is added;
///  - a key that is added while it is worked on runs once more after done(), however often it is added, but
///    not after settle();
///  - never do two workers hold the same key;
///  - add() during add_after() does not take the delayed one back: it fires later, and finds nothing to do;
///  - of two delayed adds of a key the earlier time wins, and the higher priority;
///  - a key that waits moves up when it is added with a higher priority, never down.
/// A key that neither waits, nor runs, nor is delayed, nor has failed takes no memory. No I/O and no clock:
/// the owner passes `now`, and calls take() again at next_wakeup().
template <class Key, class Hash = std::hash<Key>>
class work_queue {
 public:
    struct taken {
        Key key;
        priority level;
    };

    explicit work_queue(retry_policy retry) : retry_(std::move(retry)) { limits_.fill(unlimited); }

    /// Of `workers` keys that are worked on at the same time, `reserved` are never bulk, and half of these
    /// are urgent: lanes order only the taking, so bulk work that hangs would else keep all workers. One
    /// worker is left for every priority.
    void reserve(std::size_t workers, std::size_t reserved) noexcept;

    /// Ignored after shut_down(), as are the other adds.
    void add(const Key& key, priority level);
    void add_after(const Key& key, duration delay, priority level, time_point now);
    /// Counts a failure and adds the key after the delay that the policy gives, and not before `at_least` has
    /// passed. Returns the delay.
    duration add_rate_limited(const Key& key, priority level, duration at_least, time_point now);
    /// The key no longer counts as failing.
    void forget(const Key& key);
    [[nodiscard]] unsigned failures(const Key& key) const;

    /// A key to work on, which the caller gives back with done(); nothing if none is ready or may run beside
    /// those that run, or after shut_down().
    [[nodiscard]] std::optional<taken> take(time_point now);
    void done(const Key& key);
    /// As done(), of work that has seen all for which the key was added meanwhile. What is delayed stays.
    void settle(const Key& key);

    /// When take() may have something: `now` or earlier if a key is ready and may run, nothing if none is
    /// waiting or delayed. Ask again after done().
    [[nodiscard]] std::optional<time_point> next_wakeup(time_point now) const;

    /// From now on nothing is handed out or accepted, and what waits is dropped: the next process starts from
    /// a whole view anyway. done() still works.
    void shut_down();
    [[nodiscard]] bool shutting_down() const noexcept { return shut_down_; }

    [[nodiscard]] std::size_t waiting() const noexcept;  // ready to be taken
    [[nodiscard]] std::size_t waiting(priority level) const noexcept {
        return ready_[index_of(level)].size();
    }
    [[nodiscard]] std::size_t delayed() const noexcept { return delayed_.size(); }
    [[nodiscard]] std::size_t running() const noexcept { return running_; }
    [[nodiscard]] std::size_t failing() const noexcept { return failing_; }
    [[nodiscard]] std::size_t tracked() const noexcept { return entries_.size(); }  // keys that take memory

 private:
    struct entry;
    using entries = std::unordered_map<Key, entry, Hash>;
    using node = typename entries::value_type;  // its address is stable as long as the entry stands
    using ready_list = std::list<node*>;
    using delay_list = std::multimap<time_point, node*>;

    /// Invariant: it is in a ready list if it is dirty and not running.
    struct entry {
        bool dirty = false;    // added, and not yet taken since
        bool running = false;  // taken, and not yet done
        unsigned failures = 0;
        priority running_level = priority::bulk;  // meaningful if running
        priority level = priority::bulk;          // of the pending run; meaningful if dirty
        priority delayed_level = priority::bulk;  // meaningful if delayed
        std::uint64_t ticket = 0;
        std::optional<typename ready_list::iterator> ready;
        std::optional<typename delay_list::iterator> delayed;
    };

    node& find_or_make(const Key& key);
    void mark_dirty(node& what, priority level);
    void make_ready(node& what);
    void release_due(time_point now);
    void drop_if_idle(node& what);
    /// Whether one more key of this priority may run.
    [[nodiscard]] bool may_run(priority level) const noexcept;

    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    retry_policy retry_;
    std::array<std::size_t, priority_count> limits_{};  // of keys that run with this priority or a lower one
    std::array<std::size_t, priority_count> running_at_{};  // by priority
    entries entries_;
    std::array<ready_list, priority_count> ready_;
    delay_list delayed_;
    priority_picker picker_;
    std::uint64_t next_ticket_ = 0;
    std::size_t running_ = 0;
    std::size_t failing_ = 0;
    bool shut_down_ = false;
};

template <class Key, class Hash>
void work_queue<Key, Hash>::add(const Key& key, priority level) {
    if (shut_down_) return;
    mark_dirty(find_or_make(key), level);
}

template <class Key, class Hash>
void work_queue<Key, Hash>::add_after(const Key& key, duration delay, priority level, time_point now) {
    if (shut_down_) return;
    if (delay <= duration::zero()) return add(key, level);
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
        if (!ready_[i].empty() && may_run(static_cast<priority>(i)))
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
    ++running_;
    ++running_at_[index_of(*from)];
    return taken{what.first, *from};
}

template <class Key, class Hash>
void work_queue<Key, Hash>::done(const Key& key) {
    const auto found = entries_.find(key);
    assert(found != entries_.end() && found->second.running);
    found->second.running = false;
    --running_;
    --running_at_[index_of(found->second.running_level)];
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
        if (!ready_[i].empty() && may_run(static_cast<priority>(i))) return now;
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
void work_queue<Key, Hash>::reserve(std::size_t workers, std::size_t reserved) noexcept {
    const auto left = [workers](std::size_t kept) { return workers > kept ? workers - kept : 1; };
    limits_[index_of(priority::bulk)] = left(reserved);
    limits_[index_of(priority::normal)] = left(reserved / 2);
}

template <class Key, class Hash>
bool work_queue<Key, Hash>::may_run(priority level) const noexcept {
    const auto first = running_at_.begin() + static_cast<std::ptrdiff_t>(index_of(level));
    return std::accumulate(first, running_at_.end(), std::size_t{0}) < limits_[index_of(level)];
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
void work_queue<Key, Hash>::mark_dirty(node& what, priority level) {
    entry& of = what.second;
    if (!of.dirty) {
        of.dirty = true;
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
        mark_dirty(what, what.second.delayed_level);
    }
}

template <class Key, class Hash>
void work_queue<Key, Hash>::drop_if_idle(node& what) {
    const entry& of = what.second;
    if (of.dirty || of.running || of.delayed || of.failures > 0) return;
    entries_.erase(entries_.find(what.first));
}

}  // namespace runtime
