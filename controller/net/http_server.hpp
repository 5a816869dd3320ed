// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/tls_server_context.hpp"
#include "util/secret_bytes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace net {

struct server_request {
    std::string path;                  // without the query
    std::string accept;                // the header Accept; empty: none
    util::secret_bytes authorization;  // the header Authorization; empty: none
};

struct server_response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
};

/// A small HTTP/1.1 server for probes and metrics. It answers GET and HEAD and reads no bodies. Headers and
/// connections are limited and every phase has a deadline, so that a slow or hostile client costs little.
class http_server {
 public:
    /// Called on the executor's thread; must not block, nor throw.
    using handler = std::function<boost::asio::awaitable<server_response>(server_request)>;
    /// Asked for each connection; nothing: it is refused.
    using tls_settings = std::function<std::optional<tls_server_context>()>;

    http_server(boost::asio::any_io_executor executor,
                handler handler,
                std::chrono::milliseconds phase_timeout = std::chrono::seconds(5));
    ~http_server();
    http_server(const http_server&) = delete;
    http_server& operator=(const http_server&) = delete;

    /// From now on connections use TLS. Without this they are plain.
    void use_tls(tls_settings settings);
    /// Binds and starts to accept. `address` is an IP literal; port 0 chooses a free one.
    [[nodiscard]] result<void> listen(const std::string& address, std::uint16_t port);
    [[nodiscard]] std::uint16_t port() const noexcept;  // the bound port
    void close();

 private:
    struct state;
    std::shared_ptr<state> state_;
};

/// A handler that has its response at once.
[[nodiscard]] http_server::handler at_once(std::function<server_response(const server_request&)> respond);

}  // namespace net
