// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "util/secret_bytes.hpp"

#include <memory>
#include <string_view>
#include <utility>

struct ssl_st;      // OpenSSL's SSL
struct ssl_ctx_st;  // OpenSSL's SSL_CTX

namespace net {

/// The TLS settings of a server's connections: TLS 1.2 or newer, no client certificates. Cheap to copy.
class tls_server_context {
 public:
    /// failure::tls when a PEM text cannot be used. The message names the text and quotes nothing of it.
    [[nodiscard]] static result<tls_server_context> make(std::string_view chain_pem,
                                                         const util::secret_bytes& key_pem);

    /// A session with one client. The caller owns it.
    [[nodiscard]] ssl_st* new_session() const;

 private:
    explicit tls_server_context(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

    std::shared_ptr<ssl_ctx_st> context_;
};

}  // namespace net
