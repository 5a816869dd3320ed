// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/secret_bytes.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace util {

namespace {

keyed_digest random_key() {
    keyed_digest key{};
    // With a guessable key, a weak password can be found from its digest: the process must not go on.
    if (RAND_bytes(key.data(), static_cast<int>(key.size())) != 1)
        throw std::runtime_error("OpenSSL has no random bytes");
    return key;
}

}  // namespace

// A short string is stored inside the std::string object: a move copies it and leaves the old bytes behind.
// So every source of a move is wiped too.

secret_bytes::secret_bytes(std::string&& text) noexcept : bytes_(std::move(text)) {
    wipe(text);
}

secret_bytes secret_bytes::copy_of(std::string_view text) {
    secret_bytes copy;
    copy.bytes_.assign(text);
    return copy;
}

secret_bytes::secret_bytes(secret_bytes&& other) noexcept : bytes_(std::move(other.bytes_)) {
    wipe(other.bytes_);
}

secret_bytes& secret_bytes::operator=(secret_bytes&& other) noexcept {
    if (this == &other) return *this;
    wipe(bytes_);
    bytes_ = std::move(other.bytes_);
    wipe(other.bytes_);
    return *this;
}

secret_bytes::~secret_bytes() {
    wipe(bytes_);
}

bool secret_bytes::same_bytes(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void wipe(std::span<char> bytes) noexcept {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept {
    text.resize(text.capacity());  // within the capacity: allocates nothing
    wipe(std::span(text));
    text.clear();
}

void reserve_wiping(std::string& text, std::size_t bytes) {
    if (bytes <= text.capacity()) return;
    std::string larger;
    larger.reserve(bytes);
    larger.append(text);
    wipe(text);
    text.swap(larger);
}

void append_wiping(std::string& text, std::string_view more) {
    const auto needed = text.size() + more.size();
    if (needed > text.capacity()) reserve_wiping(text, std::max(needed, 2 * text.capacity()));
    text.append(more);
}

keyed_digest digest_of(std::string_view bytes) {
    static const keyed_digest key = random_key();
    keyed_digest digest{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    if (HMAC(EVP_sha256(),
             key.data(),
             static_cast<int>(key.size()),
             data,
             bytes.size(),
             digest.data(),
             &size) == nullptr ||
        size != digest.size()) {
        throw std::runtime_error("HMAC-SHA256 failed");
    }
    return digest;
}

}  // namespace util
