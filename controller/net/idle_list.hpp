// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace net {

/// Connections that wait to be used again. The one used last goes out first: the others then grow old enough
/// to be closed when there is little to do.
template <class Connection>
class idle_list {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit idle_list(std::chrono::milliseconds keep) : keep_(keep) {}

    void put(Connection connection, time_point now) {
        entries_.emplace_back(std::move(connection), now + keep_);
    }

    [[nodiscard]] std::optional<Connection> take() {
        if (entries_.empty()) return std::nullopt;
        std::optional<Connection> last(std::move(entries_.back().first));
        entries_.pop_back();
        return last;
    }

    /// Drops those that have been idle for too long.
    void expire(time_point now) {
        while (!entries_.empty() && entries_.front().second <= now)
            entries_.pop_front();
    }
    /// When expire() has something to do next.
    [[nodiscard]] std::optional<time_point> next_expiry() const {
        if (entries_.empty()) return std::nullopt;
        return entries_.front().second;
    }

    void clear() { entries_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
    std::chrono::milliseconds keep_;
    std::deque<std::pair<Connection, time_point>> entries_;  // by expiry: the soonest first
};

}  // namespace net
