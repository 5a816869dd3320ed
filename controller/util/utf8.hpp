// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace util {

/// The first character of a text, or one byte that does not begin a character.
struct utf8_character {
    std::size_t length = 1;
    char32_t code = 0;
    bool valid = false;
};

/// The text must not be empty. Only well-formed UTF-8 is valid (Unicode, table 3-7): no overlong form, no
/// surrogate, no code point beyond U+10FFFF.
[[nodiscard]] utf8_character utf8_at(std::string_view text) noexcept;

/// The longest prefix of at most `max_bytes` that does not end inside a UTF-8 character.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept;

/// The offset of the first byte that utf8_at() finds invalid.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept;

/// The text as one line that is safe to print on a terminal. White space, invisible characters and those that
/// reorder text (controls, zero-width and bidirectional marks) become one space for each run; each invalid
/// byte of UTF-8 becomes '?'. A text longer than `max_bytes` is cut between two characters and ends in "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t max_bytes);

/// Replaces each long run of base64 characters that mixes upper case, lower case and digits by "<redacted>":
/// encoded documents and tokens look like that, names of Kubernetes objects do not.
[[nodiscard]] std::string redact_encoded(std::string_view text);

}  // namespace util
