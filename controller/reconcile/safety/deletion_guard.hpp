// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace reconcile {

/// The brake on mass deletion. When more copies are to be deleted within a minute than chance explains, and
/// no change of a spec asks for it, it holds the rest back until two complete reads, some time apart, agree
/// about them: a list that lacked the labels, or a slip of `kubectl label --all` that is mended at once,
/// deletes nothing more.
///
/// Calls: may_delete() before each such deletion; forget() when an object is not to be deleted (any more);
/// and, when next_read() is due, read() or read_failed() after everything has been read again. No clock.
class deletion_guard {
 public:
    using time_point = runtime::time_point;
    using duration = runtime::duration;

    static constexpr std::size_t always_allowed = 10;
    static constexpr std::size_t allowed_share = 5;  // one in five
    static constexpr duration window = std::chrono::minutes(1);
    static constexpr duration first_read_after =
        std::chrono::seconds(2);  // what comes together is read together
    static constexpr duration between_reads = std::chrono::seconds(30);

    /// How many deletions a minute pass unconfirmed when there are so many objects.
    [[nodiscard]] static std::size_t limit(std::size_t objects) noexcept;

    /// False: it is held back, and read() tells when it may be deleted. One that may be deleted stays so
    /// until forget().
    [[nodiscard]] bool may_delete(const runtime::object_key& key, std::size_t objects, time_point now);
    void forget(const runtime::object_key& key);

    /// When everything is to be read next; time_point::max() while nothing is held.
    [[nodiscard]] time_point next_read() const noexcept { return next_read_; }
    void begin_read() noexcept { reading_ = true; }
    /// Everything has been read, and forget() has been or will be called for what changed by it. Returns the
    /// objects that may be deleted now, if they are still to be.
    [[nodiscard]] std::vector<runtime::object_key> read(time_point now);
    void read_failed(time_point now) noexcept;

    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

 private:
    static constexpr int reads_needed = 2;
    static constexpr int held_in_a_read = -1;  // that read does not count: part of it was done before

    void end_read(time_point now) noexcept;

    std::deque<time_point> passed_;  // deletions within the window
    std::unordered_map<runtime::object_key, int, runtime::object_key_hash>
        held_;  // and how many reads agree so far
    std::unordered_set<runtime::object_key, runtime::object_key_hash> free_;  // may be deleted
    time_point next_read_ = time_point::max();
    bool reading_ = false;
};

}  // namespace reconcile
