// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace util {

/// A character at the beginning of a text, or one byte that begins none.
struct utf8_character {
    std::size_t length = 1;
    char32_t code = 0;
    bool valid = false;
};

/// Of a text that is not empty. Well-formed UTF-8 only (Unicode, table 3-7): no overlong form, no surrogate,
/// nothing beyond U+10FFFF.
[[nodiscard]] utf8_character utf8_at(std::string_view text) noexcept;

/// The longest beginning of at most `max_bytes` that does not end inside a UTF-8 character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept;

/// Offset of the first byte that does not begin or continue a character as utf8_at() reads it.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

}  // namespace util
