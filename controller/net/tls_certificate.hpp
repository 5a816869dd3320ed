// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/error.hpp"
#include "util/secret_bytes.hpp"

#include <openssl/types.h>

#include <memory>
#include <string>
#include <string_view>

// For the files that make TLS contexts.
namespace net {

struct openssl_deleter {
    void operator()(BIO* memory) const noexcept;
    void operator()(X509* certificate) const noexcept;
    void operator()(EVP_PKEY* key) const noexcept;
    void operator()(SSL* session) const noexcept;
};
template <class T>
using openssl_owned = std::unique_ptr<T, openssl_deleter>;

[[nodiscard]] error tls_error(std::string what);

/// A view of the text, not a copy. Null when the text is too long for OpenSSL.
[[nodiscard]] openssl_owned<BIO> memory_bio(std::string_view text);

/// The next certificate. Null at the end of the text, and with `invalid` set when the next PEM block is not a
/// certificate.
[[nodiscard]] openssl_owned<X509> next_certificate(BIO* text, bool& invalid);

/// A certificate with its chain, and its key, which must belong to it: a rotation that is half done is not
/// used. `whose` is for messages: "client" or "server".
[[nodiscard]] result<void> load_certificate(SSL_CTX* context,
                                            std::string_view whose,
                                            std::string_view chain_pem,
                                            const util::secret_bytes& key_pem);

}  // namespace net
