// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/response_parser.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace net {

class resolver_cache;

/// One TLS connection. Each phase of an exchange has a deadline; when it passes, the socket is closed. After
/// an error the connection cannot be used any more.
class connection {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    connection(boost::asio::any_io_executor executor, tls_context context, endpoint peer);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// TCP and TLS, each within its limit and both before the deadline.
    [[nodiscard]] boost::asio::awaitable<result<void>> open(resolver_cache& resolver,
                                                            const http_limits& limits,
                                                            time_point deadline);
    [[nodiscard]] boost::asio::awaitable<result<void>> write(std::string_view request, time_point deadline);
    /// Reads once and feeds the parser.
    [[nodiscard]] boost::asio::awaitable<result<void>> read_some(response_parser& parser,
                                                                 time_point deadline);

    /// At least one byte of a response arrived since the last write().
    [[nodiscard]] bool response_started() const noexcept;
    /// The connection is open, and the peer has sent nothing that no request asked for: no close, no alert.
    [[nodiscard]] bool reusable() const noexcept;
    /// Closes the socket. Running operations end with failure::cancelled.
    void abort() noexcept;

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace net
