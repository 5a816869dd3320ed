// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_server_context.hpp"

#include "net/tls_certificate.hpp"

#include <openssl/ssl.h>

#include <new>

namespace net {

result<tls_server_context> tls_server_context::make(std::string_view chain_pem,
                                                    const util::secret_bytes& key_pem) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    if (context == nullptr) return tls_error("OpenSSL cannot make a TLS context");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(
        context.get(),
        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT | SSL_OP_NO_TICKET);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    if (auto loaded = load_certificate(context.get(), "server", chain_pem, key_pem); !loaded)
        return loaded.error();
    return tls_server_context(std::move(context));
}

SSL* tls_server_context::new_session() const {
    SSL* session = SSL_new(context_.get());
    if (session == nullptr) throw std::bad_alloc();
    return session;
}

}  // namespace net
