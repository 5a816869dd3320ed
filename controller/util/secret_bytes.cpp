// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/secret_bytes.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <utility>

namespace util {

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

}  // namespace util
