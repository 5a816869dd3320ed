// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// The brake on mass deletion. When more deletions than the limit are due within a minute and no spec change
/// asks for them, it holds the rest until two complete reads, some time apart, agree. So neither a list that
/// lacks labels nor a mistaken `kubectl label --all` that is undone at once deletes more than the limit. What
/// becomes due together is counted before the first deletion: if it is more than the limit, all of it is
/// held. While any is held, all later ones are too: they probably have the same cause.
///
/// With require_approval() a hold may last for days, so it holds up no others: a removal is held if one of
/// its losers has another one that is held, or if it is one of too many that became due within the same
/// minute, held or not.
///
/// Calls: pause() and, when that is over, may_delete() before each such deletion; forget() when an object is
/// not, or no longer, to be deleted; and, when next_read() is due, read() or read_failed() after everything
/// has been read again. No clock.
class deletion_guard {
 public:
    using time_point = runtime::time_point;
    using duration = runtime::duration;
    /// Who or what loses something by the deletion of one object. Others may lose by it later: what was
    /// released for these is not released for those.
    using losers = std::set<std::string>;

    static constexpr std::size_t always_allowed = 10;
    static constexpr std::size_t allowed_share = 5;  // one in five
    static constexpr duration window = std::chrono::minutes(1);
    static constexpr duration count_time = std::chrono::seconds(2);  // what comes in it comes together
    static constexpr duration first_read_after =
        std::chrono::seconds(2);  // what comes together is read together
    static constexpr duration between_reads = std::chrono::seconds(30);
    static constexpr duration between_looks = std::chrono::seconds(2);  // for an approval

    /// What is held waits for release(), and two reads that agree are not enough.
    void require_approval() noexcept { needs_approval_ = true; }
    [[nodiscard]] bool needs_approval() const noexcept { return needs_approval_; }
    /// When the held objects are deleted: for messages.
    [[nodiscard]] std::string release_rule() const;
    /// Lets those of the held objects pass that `approved` accepts, and returns them. To be called when
    /// next_read() is due, in place of read().
    [[nodiscard]] std::vector<runtime::object_key> release(
        const std::function<bool(const runtime::object_key&)>& approved, time_point now);

    /// How many deletions a minute pass unconfirmed when there are so many objects.
    [[nodiscard]] static std::size_t limit(std::size_t objects) noexcept;

    /// The deletion is due. Returns how long it must wait while others become due that may have the same
    /// cause; zero: call may_delete().
    [[nodiscard]] duration pause(const runtime::object_key& key, time_point now, const losers& losing = {});
    /// False: the deletion is held, and a later read() returns the key when it may be deleted. A key that may
    /// be deleted stays so until forget(), or until there is a new loser.
    [[nodiscard]] bool may_delete(const runtime::object_key& key,
                                  std::size_t objects,
                                  time_point now,
                                  const losers& losing = {});
    void forget(const runtime::object_key& key);

    /// When everything must be read next; time_point::max() while nothing is held.
    [[nodiscard]] time_point next_read() const noexcept { return next_read_; }
    void begin_read() noexcept { reading_ = true; }
    /// Everything has been read, and forget() has been or will be called for the objects that are wanted
    /// again. Returns the held objects that may be deleted now.
    [[nodiscard]] std::vector<runtime::object_key> read(time_point now);
    void read_failed(time_point now) noexcept;

    [[nodiscard]] std::size_t held() const noexcept { return held_.size(); }

 private:
    static constexpr int reads_needed = 2;
    static constexpr int held_in_a_read = -1;  // held during a read, which does not count

    struct held_deletion {
        int agreeing_reads = 0;
        losers losing;
        time_point since;
    };
    using held_map = std::unordered_map<runtime::object_key, held_deletion, runtime::object_key_hash>;

    /// Whether the deletion has passed for all of these.
    [[nodiscard]] bool has_passed(const runtime::object_key& key, const losers& losing) const;
    /// Whether the deletion is held whatever else is due.
    [[nodiscard]] bool is_blocked(const runtime::object_key& key, const losers& losing) const;
    /// Others that are due, or became so within the window.
    [[nodiscard]] std::size_t count_others(time_point now);
    void hold(const runtime::object_key& key, const losers& losing, time_point now);
    void forget_losers(const held_deletion& held);
    /// Null if it is not held.
    [[nodiscard]] held_map::node_type take_held(const runtime::object_key& key);
    void pass(const std::vector<runtime::object_key>& keys);
    void end_read(time_point now) noexcept;

    std::deque<time_point> passed_;  // deletions within the window
    std::unordered_map<runtime::object_key, time_point, runtime::object_key_hash> due_;  // since when
    held_map held_;
    std::multiset<time_point> held_since_;          // of those within the window
    std::map<std::string, std::size_t> held_from_;  // how many, by loser
    std::unordered_map<runtime::object_key, losers, runtime::object_key_hash> free_;  // may be deleted
    time_point next_read_ = time_point::max();
    bool reading_ = false;
    bool needs_approval_ = false;
};

}  // namespace reconcile
