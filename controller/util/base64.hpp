// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret_bytes.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace util {

/// Which texts are accepted as base64. All use the standard alphabet (RFC 4648, section 4).
enum class base64_form {
    canonical,  // as the API server writes it: padded, no other character, unused bits zero
    padded,     // as Go's base64.StdEncoding reads it: CR and LF anywhere, and unused bits, are ignored
    unpadded,   // as Go's base64.RawStdEncoding reads it: the same without padding
};

[[nodiscard]] std::size_t base64_length(std::size_t bytes) noexcept;

/// Appends the canonical form. Reserve first if `to` must not leave a copy behind when it grows.
void append_base64(std::string& to, std::string_view bytes);

/// Nothing when the text does not have this form; the bytes decoded so far are wiped.
[[nodiscard]] std::optional<secret_bytes> decode_base64(std::string_view text, base64_form form);

}  // namespace util
