// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <unordered_map>

namespace reconcile {

/// Lets a thing be done for each key once in a while at most. Keys that have waited long enough are dropped,
/// so memory is bounded by the number of keys of one interval. No clock.
template <class Key, class Hash = std::hash<Key>>
class repeat_limit {
 public:
    explicit repeat_limit(runtime::duration interval) : interval_(interval) {}

    /// How long to wait before it may be done; zero: now.
    [[nodiscard]] runtime::duration wait(const Key& key, runtime::time_point now) const {
        const auto found = done_.find(key);
        if (found == done_.end()) return runtime::duration::zero();
        return std::max(found->second + interval_ - now, runtime::duration::zero());
    }
    /// It is done now.
    void done(const Key& key, runtime::time_point now) {
        done_[key] = now;
        if (done_.size() >= sweep_at_) sweep(now);
    }
    /// Whether it may be done now; if so, it counts as done.
    [[nodiscard]] bool allows(const Key& key, runtime::time_point now) {
        if (wait(key, now) > runtime::duration::zero()) return false;
        done(key, now);
        return true;
    }
    /// It may be done at once.
    void forget(const Key& key) { done_.erase(key); }
    [[nodiscard]] std::size_t size() const noexcept { return done_.size(); }

 private:
    static constexpr std::size_t few = 64;

    void sweep(runtime::time_point now) {
        std::erase_if(done_, [&](const auto& entry) { return now - entry.second >= interval_; });
        sweep_at_ = std::max(few, 2 * done_.size());
    }

    runtime::duration interval_;
    std::size_t sweep_at_ = few;
    std::unordered_map<Key, runtime::time_point, Hash> done_;
};

}  // namespace reconcile
