// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace net {

struct page {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

/// A small plain HTTP/1.1 server for probes and metrics: GET and HEAD, no bodies read, bounded headers, few
/// connections, a deadline on every phase, so that a slow or hostile client costs nothing.
class http_server {
 public:
    /// Called on the executor's thread; must not block, nor throw.
    using handler = std::function<page(std::string_view path)>;

    http_server(boost::asio::any_io_executor executor, handler answer);
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    /// Binds and starts to accept. `address` is an IP literal; port 0 takes a free one.
    [[nodiscard]] result<void> listen(const std::string& address, std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const noexcept;  // the bound one
    void close();

 private:
    class implementation;
    std::shared_ptr<implementation> impl_;
};

}  // namespace net
