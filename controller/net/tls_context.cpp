// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_context.hpp"

#include "net/tls_certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <utility>

namespace net {

namespace {

constexpr const char* system_ca_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch
    "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL 7 and later
    "/etc/ssl/ca-bundle.pem",                             // SUSE
    "/etc/ssl/cert.pem",                                  // Alpine
};

result<void> load_ca_certificates(SSL_CTX* context, std::string_view ca_pem) {
    if (ca_pem.empty()) {
        if (SSL_CTX_set_default_verify_paths(context) != 1)
            return tls_error("CA certificates: the system has no trust store");
        // OpenSSL itself knows SSL_CERT_FILE, SSL_CERT_DIR and the places of the system that it was built on.
        const char* file = std::getenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe): nothing sets it
        const auto bundle = file == nullptr ? first_readable(system_ca_bundles) : nullptr;
        if (bundle != nullptr) SSL_CTX_load_verify_file(context, bundle);
        ERR_clear_error();
        return {};
    }
    const auto text = memory_bio(ca_pem);
    if (text == nullptr) return tls_error("CA certificates: too long");
    int count = 0;
    bool invalid = false;
    while (const auto certificate = next_certificate(text.get(), invalid)) {
        if (X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get()) != 1) {
            return tls_error("CA certificates: number " + std::to_string(count + 1) + " cannot be used");
        }
        ++count;
    }
    if (invalid)
        return tls_error("CA certificates: number " + std::to_string(count + 1) + " is not a certificate");
    if (count == 0) return tls_error("CA certificates: none found");
    return {};
}

bool is_address(const std::string& host) {
    ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
    ASN1_OCTET_STRING_free(address);
    ERR_clear_error();
    return address != nullptr;
}

}  // namespace

const char* first_readable(std::span<const char* const> files) {
    const auto found =
        std::ranges::find_if(files, [](const char* file) { return ::access(file, R_OK) == 0; });
    return found == files.end() ? nullptr : *found;
}

result<tls_context> tls_context::make(const tls_config& config) {
    std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
    if (context == nullptr) return tls_error("OpenSSL cannot make a TLS context");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(),
                        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    // As in Go: every certificate in the bundle is trusted by itself, even an intermediate CA.
    X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    static constexpr unsigned char http_1_1[] = "\x08http/1.1";
    SSL_CTX_set_alpn_protos(context.get(), http_1_1, sizeof(http_1_1) - 1);

    if (auto loaded = load_ca_certificates(context.get(), config.ca_pem); !loaded) return loaded.error();
    if (!config.client_certificate.empty() || !config.client_key.empty()) {
        if (auto loaded =
                load_certificate(context.get(), "client", config.client_certificate, config.client_key);
            !loaded)
            return loaded.error();
    }
    return tls_context(std::move(context), config.server_name);
}

SSL* tls_context::new_session(const std::string& host) const {
    openssl_owned<SSL> session(SSL_new(context_.get()));
    if (session == nullptr) throw std::bad_alloc();
    const auto& name = server_name_.empty() ? host : server_name_;
    SSL_set_hostflags(session.get(),
                      X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    // An address is compared with IP subject alternative names, and is never sent as SNI (RFC 6066, 3).
    const bool address = is_address(name);
    const bool name_is_set =
        !name.empty() &&
        (address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session.get()), name.c_str()) == 1
                 : SSL_set1_host(session.get(), name.c_str()) == 1 &&
                       SSL_set_tlsext_host_name(session.get(), name.c_str()) == 1);
    // Without a name to check, every certificate of the CA would be accepted.
    if (!name_is_set) {
        ERR_clear_error();
        return nullptr;
    }
    return session.release();
}

std::string certificate_error(SSL* session) {
    const auto verified = SSL_get_verify_result(session);
    return verified == X509_V_OK ? std::string() : X509_verify_cert_error_string(verified);
}

}  // namespace net
