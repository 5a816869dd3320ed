// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/test_certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <stdexcept>
#include <string_view>

namespace harness {

namespace {

struct deleter {
    void operator()(X509* certificate) const noexcept { X509_free(certificate); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(BIO* memory) const noexcept { BIO_free(memory); }
    void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

constexpr long hour = 3600;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("test certificates: ") + what);
}

owned<EVP_PKEY> new_key() {
    owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
    require(key != nullptr, "no key");
    return key;
}

std::string read_out(BIO* memory) {
    char* text = nullptr;
    const auto size = BIO_get_mem_data(memory, &text);
    return {text, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
    const owned<BIO> memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_X509(memory.get(), certificate) == 1, "no PEM");
    return read_out(memory.get());
}

std::string pem_of(EVP_PKEY* key) {
    const owned<BIO> memory(BIO_new(BIO_s_mem()));
    require(PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
            "no PEM");
    return read_out(memory.get());
}

void extend(X509* certificate, X509* issuer, int what, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str()));
    require(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1, "no extension");
}

/// A certificate for the key without extensions, and not yet signed.
owned<X509> blank(EVP_PKEY* key, const std::string& common_name, bool expired) {
    owned<X509> certificate(X509_new());
    X509_set_version(certificate.get(), X509_VERSION_3);
    std::uint64_t serial = 0;
    RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -48 * hour);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), (expired ? -24 : 24) * hour);
    X509_set_pubkey(certificate.get(), key);
    const auto* name = reinterpret_cast<const unsigned char*>(common_name.c_str());
    X509_NAME_add_entry_by_txt(
        X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8, name, -1, -1, 0);
    return certificate;
}

std::string alternative_names(const certificate_wish& wish) {
    std::string names;
    for (const auto& name : wish.dns_names)
        names += (names.empty() ? "DNS:" : ",DNS:") + name;
    for (const auto& address : wish.addresses)
        names += (names.empty() ? "IP:" : ",IP:") + address;
    return names;
}

}  // namespace

struct certificate_authority::state {
    owned<EVP_PKEY> key = new_key();
    owned<X509> own = blank(key.get(), "test CA", false);
    std::string pem;
};

certificate_authority::certificate_authority() : state_(std::make_unique<state>()) {
    auto* const own = state_->own.get();
    X509_set_issuer_name(own, X509_get_subject_name(own));
    extend(own, own, NID_basic_constraints, "critical,CA:TRUE");
    extend(own, own, NID_key_usage, "critical,keyCertSign");
    extend(own, own, NID_subject_key_identifier, "hash");
    require(X509_sign(own, state_->key.get(), EVP_sha256()) > 0, "no signature");
    state_->pem = pem_of(own);
}

certificate_authority::~certificate_authority() = default;
certificate_authority::certificate_authority(certificate_authority&&) noexcept = default;
certificate_authority& certificate_authority::operator=(certificate_authority&&) noexcept = default;

const std::string& certificate_authority::certificate() const noexcept {
    return state_->pem;
}

identity certificate_authority::issue(const certificate_wish& wish) const {
    const auto key = new_key();
    const auto certificate = blank(key.get(), wish.common_name, wish.expired);
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(state_->own.get()));
    const auto names = alternative_names(wish);
    if (!names.empty()) extend(certificate.get(), state_->own.get(), NID_subject_alt_name, names);
    extend(certificate.get(),
           state_->own.get(),
           NID_ext_key_usage,
           wish.for_client ? "clientAuth" : "serverAuth");
    extend(certificate.get(), state_->own.get(), NID_authority_key_identifier, "keyid");
    require(X509_sign(certificate.get(), state_->key.get(), EVP_sha256()) > 0, "no signature");
    return {pem_of(certificate.get()), pem_of(key.get())};
}

identity certificate_authority::issue_for_loopback() const {
    certificate_wish wish;
    wish.dns_names = {"localhost"};
    wish.addresses = {"127.0.0.1"};
    return issue(wish);
}

}  // namespace harness
