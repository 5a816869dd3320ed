// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/tls_config.hpp"
#include "util/secret_bytes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace net {

enum class method { get, post, put, patch, delete_ };

struct request {
    method verb = method::get;
    std::string target;                                        // origin form: path and query, percent-encoded
    std::vector<std::pair<std::string, std::string>> headers;  // no Host, Content-Length or Authorization
    util::secret_bytes body;                                   // every body may hold a credential
    util::secret_bytes bearer_token;                           // empty: no Authorization header
    std::optional<std::size_t> body_bytes;                     // of the answer, where less than http_limits'
    std::optional<std::chrono::milliseconds> header;  // where the answer may come later than they say
};

struct response {
    unsigned status = 0;
    std::string content_type;
    std::optional<std::string> retry_after;  // the header's text
    std::optional<std::string> date;         // the server's clock, for a Retry-After that is a date
    util::secret_bytes body;
};

/// An answer whose body is read as it comes: a watch.
class response_stream {
 public:
    virtual ~response_stream() = default;
    [[nodiscard]] virtual unsigned status() const noexcept = 0;
    [[nodiscard]] virtual const response& head() const noexcept = 0;  // its body is empty
    /// The next bytes, valid until the next call. failure::ended at the clean end of the body; a read timeout
    /// when the peer was silent for `silence`. Any error ends the stream; the connection is closed with this
    /// object.
    [[nodiscard]] virtual boost::asio::awaitable<result<std::string_view>> read_some(
        std::chrono::milliseconds silence) = 0;
};

/// Deadlines of each phase, and the most that one answer may hold.
struct http_limits {
    std::chrono::milliseconds connect{5'000};      // resolve and TCP
    std::chrono::milliseconds handshake{5'000};    // TLS
    std::chrono::milliseconds header{10'000};      // from the request's last byte to the answer's header
    std::chrono::milliseconds inactivity{15'000};  // sending the request; between two reads of a body
    std::chrono::milliseconds total{60'000};       // one request and its whole answer; not for streams
    std::size_t body_bytes = 64U * 1024 * 1024;
    std::size_t header_bytes = 64U * 1024;
    std::size_t connections = 16;            // that carry requests at the same time; streams have their own
    std::chrono::milliseconds idle{60'000};  // of a kept connection (the API server closes it after 90 s)
};

struct endpoint {
    std::string host;  // name or IP literal without brackets
    std::uint16_t port = 443;
    /// As in the Host header: brackets round an IPv6 literal, the port always.
    [[nodiscard]] std::string authority() const;
};

/// HTTP/1.1 over TLS to one server. Connections are kept alive and reused, each with at most one request in
/// flight; a further caller waits its turn (within its total deadline). The chain and the name of the server
/// are verified, always. Redirects are not followed (failure::protocol) and no compression is asked for or
/// accepted. When a reused connection turns out to have been closed by the peer, the request is sent once
/// more on a fresh one, unless it is a POST that may have been seen. Single-threaded: every call on the
/// executor's thread.
class http_client {
 public:
    http_client(boost::asio::any_io_executor executor, endpoint server, http_limits limits);
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    /// Certificates for connections made from now on; idle connections made with the old ones are closed.
    /// Fails, and changes nothing, when the PEM texts cannot be used.
    [[nodiscard]] result<void> use(const tls_config& config);

    /// `what` must live until the call has ended: its body and its token are copied only into the bytes that
    /// are sent.
    [[nodiscard]] boost::asio::awaitable<result<response>> send(const request& what);
    boost::asio::awaitable<result<response>> send(request&& what) = delete;
    /// Opens a connection of its own for the answer. As for `what`, see send().
    [[nodiscard]] boost::asio::awaitable<result<std::unique_ptr<response_stream>>> open_stream(
        const request& what);
    boost::asio::awaitable<result<std::unique_ptr<response_stream>>> open_stream(request&& what) = delete;

    /// Closes idle connections at once and ends waiting and running calls, and those to come, with
    /// failure::cancelled; streams too. The destructor does the same.
    void close();

 private:
    class implementation;
    std::shared_ptr<implementation> impl_;  // shared with the calls that still run
};

}  // namespace net
