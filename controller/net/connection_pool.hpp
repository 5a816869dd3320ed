// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/connection.hpp"
#include "net/deadline_timer.hpp"
#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/resolver_cache.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace net {

/// Keeps idle connections for a time. Takes the one used last, so that the others grow old enough to be
/// closed when there is little to do.
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

    /// Drops the connections that have been idle for too long.
    void expire(time_point now) {
        while (!entries_.empty() && entries_.front().second <= now)
            entries_.pop_front();
    }
    /// When expire() next drops a connection.
    [[nodiscard]] std::optional<time_point> next_expiry() const {
        if (entries_.empty()) return std::nullopt;
        return entries_.front().second;
    }

    void clear() { entries_.clear(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
    std::chrono::milliseconds keep_;
    std::deque<std::pair<Connection, time_point>> entries_;  // sorted by expiry, the soonest first
};

/// A connection, and how many times the certificates had been set when it was made.
struct pooled_connection {
    std::shared_ptr<net::connection> connection;
    unsigned generation = 0;
};

/// Makes connections to one server, and keeps the idle ones.
class connection_pool {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    connection_pool(boost::asio::any_io_executor executor, endpoint server, const http_limits& limits);

    /// See http_client::set_tls_config().
    [[nodiscard]] result<void> set_tls_config(const tls_config& config);

    /// An idle connection that the peer has, as far as can be seen from here, not closed.
    [[nodiscard]] std::optional<pooled_connection> take_idle();
    [[nodiscard]] boost::asio::awaitable<result<pooled_connection>> connect(time_point deadline);
    /// Keeps a connection for reuse, unless the pool is closed or the certificates have changed since.
    void put_idle(pooled_connection pooled);

    /// Closes all connections: those in use fail with failure::cancelled.
    void close();
    [[nodiscard]] error closed_error() const;

 private:
    void close_expired();

    boost::asio::any_io_executor executor_;
    endpoint server_;
    http_limits limits_;
    resolver_cache resolver_;
    std::optional<tls_context> context_;
    unsigned generation_ = 0;
    bool closed_ = false;
    idle_list<pooled_connection> idle_;
    deadline_timer idle_timer_;
    std::vector<std::weak_ptr<connection>> connections_;  // all that exist, idle or in use
};

}  // namespace net
