// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace util {

// Classes of ASCII characters, independent of the locale. No class holds a byte outside ASCII.

[[nodiscard]] constexpr bool is_lower(char c) noexcept {
    return c >= 'a' && c <= 'z';
}
[[nodiscard]] constexpr bool is_upper(char c) noexcept {
    return c >= 'A' && c <= 'Z';
}
[[nodiscard]] constexpr bool is_letter(char c) noexcept {
    return is_lower(c) || is_upper(c);
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
[[nodiscard]] constexpr bool is_lower_or_digit(char c) noexcept {
    return is_lower(c) || is_digit(c);
}
[[nodiscard]] constexpr bool is_alphanumeric(char c) noexcept {
    return is_letter(c) || is_digit(c);
}
[[nodiscard]] constexpr bool is_lower_hexadecimal(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}
[[nodiscard]] constexpr bool is_hexadecimal(char c) noexcept {
    return is_lower_hexadecimal(c) || (c >= 'A' && c <= 'F');
}
/// White space in JSON (RFC 8259).
[[nodiscard]] constexpr bool is_json_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/// The value of a hexadecimal digit, -1 for anything else.
[[nodiscard]] constexpr int hexadecimal_value(char c) noexcept {
    if (is_digit(c)) return c - '0';
    if (!is_hexadecimal(c)) return -1;
    return c - (is_lower(c) ? 'a' : 'A') + 10;
}

/// The number that decimal digits make. Nothing for any other text, and for a number that `Number` cannot
/// hold.
template <std::unsigned_integral Number>
[[nodiscard]] std::optional<Number> read_decimal(std::string_view text) noexcept {
    Number number = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// Removes the text up to the separator from `rest`, and the separator. Without one, all of the text.
inline std::string_view take_until(std::string_view& rest, char separator) noexcept {
    const auto part = rest.substr(0, rest.find(separator));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    return part;
}

/// The text with its upper-case ASCII letters in lower case.
[[nodiscard]] inline std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(
        result, result.begin(), [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

}  // namespace util
