// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cell.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace reconcile {

/// The brake on mass deletion: when more copies are to go within a minute than chance explains, and no change
/// of a spec asks for it, the rest is held back until two complete reads, some time apart, agree about it: a
/// list that lacked the labels, or a slip of `kubectl label --all` that is mended at once, takes nothing
/// away.
///
/// Calls: may_delete() before each such deletion; forget() whenever a cell is not to be deleted, or no
/// longer; and, when next_read() is due, read() or read_failed() after everything has been read anew. No
/// clock.
template <class Key, class Hash>
class basic_deletion_guard {
 public:
    using time_point = runtime::time_point;
    using duration = runtime::duration;

    static constexpr std::size_t always_allowed = 10;
    static constexpr std::size_t allowed_share = 5;  // one in five
    static constexpr duration window = std::chrono::minutes(1);
    static constexpr duration first_read_after =
        std::chrono::seconds(2);  // what comes together is read together
    static constexpr duration between_reads = std::chrono::seconds(30);

    /// How many deletions a minute pass without a question when there are so many cells.
    [[nodiscard]] static std::size_t limit(std::size_t cells) noexcept;

    /// False: hold it back; read() will tell when it may go. A cell that may go may do so until forget().
    [[nodiscard]] bool may_delete(const Key& where, std::size_t cells, time_point now);
    void forget(const Key& where);

    /// When everything is to be read next; time_point::max() while nothing is held.
    [[nodiscard]] time_point next_read() const noexcept { return next_read_; }
    void begin_read() noexcept { reading_ = true; }
    /// Everything has been read, and what changed by it has been or will be told to forget(). Returns the
    /// cells that may go now, if they are still to be deleted.
    [[nodiscard]] std::vector<Key> read(time_point now);
    void read_failed(time_point now) noexcept;

    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

 private:
    static constexpr int reads_needed = 2;
    static constexpr int held_in_a_read = -1;  // that read does not count: part of it was done before

    void end_read(time_point now) noexcept;

    std::deque<time_point> passed_;            // deletions within the window
    std::unordered_map<Key, int, Hash> held_;  // and how many reads agree so far
    std::unordered_set<Key, Hash> free_;       // may go
    time_point next_read_ = time_point::max();
    bool reading_ = false;
};

/// For Secrets, and for entries of ServiceAccounts.
using deletion_guard = basic_deletion_guard<cell, cell_hash>;
using account_guard = basic_deletion_guard<runtime::object_key, runtime::object_key_hash>;

}  // namespace reconcile
