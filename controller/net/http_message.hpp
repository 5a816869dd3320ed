// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "util/secret_bytes.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

enum class method { get, post, put, patch, delete_ };

[[nodiscard]] std::string_view to_string(method verb) noexcept;

struct request {
    method verb = method::get;
    std::string target;                                        // origin form: path and query, percent-encoded
    std::vector<std::pair<std::string, std::string>> headers;  // no Host, Content-Length or Authorization
    util::secret_bytes body;                                   // every body may hold a credential
    util::secret_bytes bearer_token;                           // empty: no Authorization header
    std::optional<std::size_t> max_body_bytes;                 // of the response, if below http_limits
    std::optional<std::chrono::milliseconds> header_timeout;   // instead of http_limits::header
    /// Called right before the first byte is sent, after every wait; false: nothing is sent, and the request
    /// fails with failure::cancelled. Null: it may always be sent.
    std::function<bool()> may_send = nullptr;  // NOLINT(readability-redundant-member-init)
};

struct response {
    unsigned status = 0;
    std::string content_type;
    std::optional<std::string> retry_after;  // the header's text
    std::vector<std::string> warnings;       // the text of each Warning header
    util::secret_bytes body;
};

struct http_proxy;

struct endpoint {
    std::string host;  // name or IP literal without brackets
    std::uint16_t port = 443;
    // Through which it is reached; null: none. Designated initializers may leave it out.
    std::shared_ptr<const http_proxy> proxy = nullptr;  // NOLINT(readability-redundant-member-init)
    /// As in the Host header: brackets around an IPv6 literal, always with the port.
    [[nodiscard]] std::string authority() const;
};

/// A proxy that opens a tunnel to the server (CONNECT). It sees the server's name, and no byte of TLS.
struct http_proxy {
    endpoint server;
    util::secret_bytes credentials;  // user:password; empty: none
};

/// The timeout of each phase of an exchange, and the largest response. The API server needs up to 34 s for a
/// write, of which admission webhooks may take 30 s: a client that ends before it never learns the result,
/// and repeats the write for ever.
struct http_limits {
    std::chrono::milliseconds connect{5'000};      // name resolution and TCP
    std::chrono::milliseconds handshake{5'000};    // TLS
    std::chrono::milliseconds header{40'000};      // from the request's last byte to the response's header
    std::chrono::milliseconds inactivity{15'000};  // sending the request; between two reads of a body
    std::chrono::milliseconds total{60'000};       // one request and its whole response; not for streams
    std::size_t body_bytes = 64U * 1024 * 1024;
    std::size_t header_bytes = 64U * 1024;
    std::size_t connections = 16;            // with a request in flight; each stream has one more of its own
    std::chrono::milliseconds idle{60'000};  // of a kept connection (the API server closes it after 90 s)
};

/// The request as it is sent, in one string, so that a small one fits one TLS record and one packet.
/// failure::protocol when a part holds a character that could end a line early.
[[nodiscard]] result<util::secret_bytes> serialize(const request& request, const std::string& authority);

}  // namespace net
