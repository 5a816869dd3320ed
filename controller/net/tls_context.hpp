// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "util/secret_bytes.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace net {

/// The certificates that a TLS client trusts and presents. There is no way to switch verification off.
struct tls_config {
    std::string ca_pem;              // one or more certificates; empty: the system's trust store
    std::string server_name;         // verified, and sent as SNI if a name; empty: the endpoint's host
    std::string client_certificate;  // PEM chain; empty: none
    util::secret_bytes client_key;   // PEM
};

/// The TLS settings of a client's connections: TLS 1.2 or newer, the peer's chain verified. Cheap to copy.
class tls_context {
 public:
    /// failure::tls when a PEM text cannot be used. The message names the text and quotes nothing of it.
    [[nodiscard]] static result<tls_context> make(const tls_config& config);

    /// A session with one server, whose certificate must have the configured server name, else `host`, as a
    /// DNS or IP subject alternative name; the common name is ignored. The caller owns the session. Null when
    /// the name is not valid.
    [[nodiscard]] ssl_st* new_session(const std::string& host) const;

 private:
    tls_context(std::shared_ptr<ssl_ctx_st> context, std::string server_name)
        : context_(std::move(context)), server_name_(std::move(server_name)) {}

    std::shared_ptr<ssl_ctx_st> context_;
    std::string server_name_;
};

/// The first of these files that the process may read; null: none.
[[nodiscard]] const char* first_readable(std::span<const char* const> files);

/// OpenSSL's reason for refusing the peer's certificate; empty when it was not refused.
[[nodiscard]] std::string certificate_error(ssl_st* session);

}  // namespace net
