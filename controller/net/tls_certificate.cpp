// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_certificate.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <climits>
#include <utility>

namespace net {

namespace {

/// Never asks a terminal for a pass phrase, as OpenSSL's own callback does.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) {
    return -1;
}

}  // namespace

void openssl_deleter::operator()(BIO* memory) const noexcept {
    BIO_free(memory);
}
void openssl_deleter::operator()(X509* certificate) const noexcept {
    X509_free(certificate);
}
void openssl_deleter::operator()(EVP_PKEY* key) const noexcept {
    EVP_PKEY_free(key);
}
void openssl_deleter::operator()(SSL* session) const noexcept {
    SSL_free(session);
}

error tls_error(std::string what) {
    ERR_clear_error();
    return {failure::tls, std::move(what)};
}

openssl_owned<BIO> memory_bio(std::string_view text) {
    if (text.size() > INT_MAX) return nullptr;
    return openssl_owned<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

openssl_owned<X509> next_certificate(BIO* text, bool& invalid) {
    ERR_clear_error();
    openssl_owned<X509> certificate(PEM_read_bio_X509(text, nullptr, no_passphrase, nullptr));
    if (certificate == nullptr) {
        const auto last = ERR_peek_last_error();
        invalid = ERR_GET_LIB(last) != ERR_LIB_PEM || ERR_GET_REASON(last) != PEM_R_NO_START_LINE;
        ERR_clear_error();
    }
    return certificate;
}

result<void> load_certificate(SSL_CTX* context,
                              std::string_view whose,
                              std::string_view chain_pem,
                              const util::secret_bytes& key_pem) {
    const auto refuse = [whose](std::string_view part, std::string_view reason) {
        return tls_error(fmt::format("{} {}: {}", whose, part, reason));
    };
    const auto text = memory_bio(chain_pem);
    const auto key_text = memory_bio(key_pem.reveal());
    if (text == nullptr || key_text == nullptr) return refuse("certificate", "too long");
    bool invalid = false;
    const auto leaf = next_certificate(text.get(), invalid);
    if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1)
        return refuse("certificate", "not a certificate");
    while (const auto issuer = next_certificate(text.get(), invalid)) {
        if (SSL_CTX_add1_chain_cert(context, issuer.get()) != 1)
            return refuse("certificate", "its chain cannot be used");
    }
    if (invalid) return refuse("certificate", "its chain holds something that is not a certificate");

    const openssl_owned<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr) return refuse("key", "not a private key, or protected by a pass phrase");
    if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return refuse("key", fmt::format("does not belong to the {} certificate", whose));
    return {};
}

}  // namespace net
