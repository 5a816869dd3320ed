// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/backoff.hpp"
#include "runtime/queue/priority.hpp"
#include "runtime/queue/queue_statistics.hpp"
#include "runtime/queue/running_limits.hpp"
#include "runtime/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
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

    explicit work_queue(retry_policy retry) : retry_(std::move(retry)) {}

    /// See running_limits.
    void reserve(std::size_t workers, std::size_t reserved) noexcept { running_.reserve(workers, reserved); }

    /// Ignored after shut_down(), as are the other adds.
    void add(const Key& key, priority level, time_point now);
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
    [[nodiscard]] std::size_t running() const noexcept { return running_.count(); }
    [[nodiscard]] std::size_t failing() const noexcept { return failing_; }
    [[nodiscard]] std::size_t tracked() const noexcept { return entries_.size(); }  // keys that take memory
    [[nodiscard]] const queue_statistics& statistics() const noexcept { return statistics_; }
    /// A taken key was worked on for this long.
    void worked(duration time) noexcept { statistics_.worked(time); }

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
        time_point dirty_since;  // meaningful if dirty
        std::optional<typename ready_list::iterator> ready;
        std::optional<typename delay_list::iterator> delayed;
    };

    node& find_or_make(const Key& key);
    void mark_dirty(node& what, priority level, time_point now);
    void make_ready(node& what);
    void release_due(time_point now);
    void drop_if_idle(node& what);

    retry_policy retry_;
    running_limits running_;
    entries entries_;
    std::array<ready_list, priority_count> ready_;
    delay_list delayed_;
    priority_picker picker_;
    std::uint64_t next_ticket_ = 0;
    std::size_t failing_ = 0;
    queue_statistics statistics_;
    bool shut_down_ = false;
};

}  // namespace runtime

#include "runtime/queue/work_queue_functions.hpp"
