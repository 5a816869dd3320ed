// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"

#include <chrono>
#include <unordered_map>

namespace reconcile {

/// Slows down repairs of an object that another writer changes again and again. The first few repairs are
/// immediate, then the waits double; after a quiet time the history is forgotten. Memory only for objects
/// that drifted. No clock.
class contention {
 public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    static constexpr int free_repairs = 5;
    static constexpr duration first_wait = std::chrono::seconds(10);
    static constexpr duration longest_wait = std::chrono::minutes(10);
    static constexpr duration quiet = std::chrono::minutes(20);

    /// How long to wait before the object may be repaired; zero: now.
    [[nodiscard]] duration wait(const runtime::object_key& key, time_point now) const;
    /// A repair was made.
    void repaired(const runtime::object_key& key, time_point now);
    void forget(const runtime::object_key& key) { objects_.erase(key); }
    [[nodiscard]] std::size_t size() const noexcept { return objects_.size(); }

 private:
    struct history {
        int repairs = 0;
        time_point last;
    };
    /// Drops what has been quiet long enough.
    void prune(time_point now);

    std::unordered_map<runtime::object_key, history, runtime::object_key_hash> objects_;
    time_point pruned_;
};

}  // namespace reconcile
