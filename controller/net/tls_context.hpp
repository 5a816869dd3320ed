// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "net/tls_config.hpp"

#include <memory>
#include <string>
#include <string_view>

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace net {

/// What every connection of a client trusts and shows: TLS 1.2 or newer, the peer's chain verified. Cheap to
/// copy.
class tls_context {
 public:
    /// failure::tls when a PEM text cannot be used; the message says which one, never what is in it.
    [[nodiscard]] static result<tls_context> make(const tls_config& config);

    /// A session with one server, whose certificate must name `host` (the configured server name comes first)
    /// as a DNS or IP subject alternative name; the common name is not looked at. The caller owns it. Null
    /// when `host` cannot be a name.
    [[nodiscard]] ssl_st* new_session(const std::string& host) const;

 private:
    tls_context(std::shared_ptr<ssl_ctx_st> context, std::string server_name)
        : context_(std::move(context)), server_name_(std::move(server_name)) {}

    std::shared_ptr<ssl_ctx_st> context_;
    std::string server_name_;
};

/// Why the peer's certificate was refused, in OpenSSL's words; empty when it was not.
[[nodiscard]] std::string refused_certificate(ssl_st* session);

}  // namespace net
