// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/base64.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace harness {

namespace {

/// OpenSSL's functions want unsigned char; a copy is cheap here and needs no cast.
std::basic_string<unsigned char> unsigned_copy(std::string_view bytes) {
    return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string to_base64(std::string_view bytes) {
    const auto in = unsigned_copy(bytes);
    std::basic_string<unsigned char> out(4 * ((in.size() + 2) / 3) + 1, '\0');
    const int size = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
    return {out.begin(), out.begin() + size};
}

std::string from_base64(std::string_view text) {
    const auto in = unsigned_copy(text);
    std::basic_string<unsigned char> out(3 * (in.size() / 4) + 3, '\0');
    const int size = EVP_DecodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
    if (size < 0) throw std::invalid_argument("not base64");
    // EVP_DecodeBlock gives a zero byte for each padding character.
    const auto padding = std::min<std::ptrdiff_t>(2, std::ranges::count(text, '='));
    return {out.begin(), out.begin() + size - padding};
}

}  // namespace harness
