// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/address_book.hpp"
#include "net/connection.hpp"
#include "net/error.hpp"
#include "net/http_client.hpp"
#include "net/idle_list.hpp"
#include "net/tls_context.hpp"
#include "net/watchdog.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace net {

/// A connection, and which of the certificates that were used one after the other it was made with.
struct pooled_connection {
    std::shared_ptr<connection> link;
    unsigned generation = 0;
};

/// Makes connections to one server, and keeps those that are idle.
class connection_pool {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    connection_pool(boost::asio::any_io_executor executor, endpoint server, const http_limits& limits);

    /// As http_client::use().
    [[nodiscard]] result<void> use(const tls_config& config);

    /// One that waits to be used again and, as far as can be seen from here, is still open.
    [[nodiscard]] std::optional<pooled_connection> take_idle();
    [[nodiscard]] boost::asio::awaitable<result<pooled_connection>> connect(time_point until);
    /// Gives back what may be used again.
    void park(pooled_connection connection);

    /// Ends everything: connections in use fail with failure::cancelled.
    void close();
    [[nodiscard]] error closed_error() const;

 private:
    void sweep();

    boost::asio::any_io_executor executor_;
    endpoint server_;
    http_limits limits_;
    address_book addresses_;
    std::optional<tls_context> context_;
    unsigned generation_ = 0;
    bool closed_ = false;
    idle_list<pooled_connection> idle_;
    watchdog sweeper_;                              // closes what has been idle for too long
    std::vector<std::weak_ptr<connection>> links_;  // all that were made and still are
};

}  // namespace net
