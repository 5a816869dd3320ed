// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/http_message.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace net {

/// A response whose body is read as it arrives: a watch.
class response_stream {
 public:
    virtual ~response_stream() = default;
    [[nodiscard]] virtual const response& head() const noexcept = 0;  // its body is empty
    /// The next bytes, valid until the next call. failure::ended at the clean end of the body; a read timeout
    /// when the peer sends nothing for `inactivity`. Any error ends the stream; the connection is closed with
    /// this object.
    [[nodiscard]] virtual boost::asio::awaitable<result<std::string_view>> read_some(
        std::chrono::milliseconds inactivity) = 0;
};

/// HTTP/1.1 over TLS to one server. Connections are kept alive and reused, each with at most one request in
/// flight; when all are in use, a caller waits (within its total timeout). The server's chain and name are
/// always verified. Redirects are not followed (failure::protocol); compression is neither asked for nor
/// accepted. When the peer turns out to have closed a reused connection, the request is sent once more on a
/// new one, unless it is a POST that the peer may have seen. Single-threaded: every call must be made on the
/// executor's thread.
class http_client {
 public:
    http_client(boost::asio::any_io_executor executor, endpoint server, http_limits limits);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    /// Sets the certificates of new connections and closes the idle ones that were made with the old
    /// certificates. Fails, and changes nothing, when the PEM texts cannot be used.
    [[nodiscard]] result<void> set_tls_config(const tls_config& config);

    /// The request must outlive the call: its body and its token are copied only into the bytes that are
    /// sent.
    [[nodiscard]] boost::asio::awaitable<result<response>> send(const request& request);
    boost::asio::awaitable<result<response>> send(request&& request) = delete;
    /// Opens a connection of its own for the response. The request must outlive the call.
    [[nodiscard]] boost::asio::awaitable<result<std::unique_ptr<response_stream>>> open_stream(
        const request& request);
    boost::asio::awaitable<result<std::unique_ptr<response_stream>>> open_stream(request&& request) = delete;

    /// Closes idle connections at once. Waiting, running and later calls end with failure::cancelled; streams
    /// too. The destructor does the same.
    void close();

 private:
    class implementation;
    std::shared_ptr<implementation> impl_;  // shared with the running calls
};

}  // namespace net
