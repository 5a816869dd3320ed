// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/answer_parser.hpp"
#include "net/error.hpp"
#include "net/http_client.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace net {

class address_book;

/// One TLS connection: the phases of an exchange, each under a deadline that closes the socket when it
/// passes. After an error the connection is of no more use.
class connection {
 public:
    using time_point = std::chrono::steady_clock::time_point;

    connection(boost::asio::any_io_executor executor, tls_context context, endpoint peer);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// TCP and TLS. `until` bounds both, whatever the limits allow for each.
    [[nodiscard]] boost::asio::awaitable<result<void>> open(address_book& addresses,
                                                            const http_limits& limits,
                                                            time_point until);
    [[nodiscard]] boost::asio::awaitable<result<void>> write(std::string_view request, time_point until);
    /// Reads once, and gives the parser what came.
    [[nodiscard]] boost::asio::awaitable<result<void>> read_some(answer_parser& answer, time_point until);

    /// A byte of an answer came since the last write().
    [[nodiscard]] bool heard() const noexcept;
    /// Open, and the peer has sent nothing that nobody asked for: no end of the connection, no alert.
    [[nodiscard]] bool quiet() const noexcept;
    /// Closes; what runs ends with failure::cancelled.
    void abort() noexcept;

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace net
