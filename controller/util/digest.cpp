// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/digest.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <stdexcept>

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
