// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kube {

// Classes of ASCII characters, whatever the locale; false for the bytes of all others.

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

}  // namespace kube
