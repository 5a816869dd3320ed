// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/go_json.hpp"

#include "util/ascii.hpp"
#include "util/utf8.hpp"

#include <algorithm>

namespace dockerconfig {

namespace {

constexpr char32_t replacement = 0xFFFD;
constexpr std::string_view punctuation = "{}[],:";
constexpr std::string_view ends_of_words = "{}[],: \t\r\n";

void append_utf8(std::string& to, char32_t code) {
    const auto byte = [&to](char32_t bits) { to += static_cast<char>(bits); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | code >> 6U);
        byte(0x80 | (code & 0x3FU));
    } else {
        if (code < 0x10000) {
            byte(0xE0 | code >> 12U);
        } else {
            byte(0xF0 | code >> 18U);
            byte(0x80 | (code >> 12U & 0x3FU));
        }
        byte(0x80 | (code >> 6U & 0x3FU));
        byte(0x80 | (code & 0x3FU));
    }
}

/// The UTF-16 unit of \uXXXX at the beginning of a text, if there is one.
std::optional<char32_t> unit_at(std::string_view text) {
    if (!text.starts_with("\\u") || text.size() < 6) return std::nullopt;
    char32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        unit = unit * 16 + static_cast<unsigned char>(util::hexadecimal_value(c));
    }
    return unit;
}

struct escape {
    std::size_t length = 0;
    char32_t code = 0;
    bool is_lone_surrogate = false;
};

/// The escape at the beginning of a text.
escape escape_at(std::string_view text) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view controls = "\b\f\n\r\t";
    const auto unit = unit_at(text);
    if (!unit) {
        const auto control = letters.find(text[1]);
        const char c = control == std::string_view::npos ? text[1] : controls[control];
        return {2, static_cast<unsigned char>(c)};
    }
    if (*unit < 0xD800 || *unit >= 0xE000) return {6, *unit};
    const auto second = *unit < 0xDC00 ? unit_at(text.substr(6)) : std::nullopt;
    if (second && *second >= 0xDC00 && *second < 0xE000)
        return {12, 0x10000 + ((*unit - 0xD800) << 10U) + (*second - 0xDC00)};
    return {6, replacement, true};
}

}  // namespace

json_kind json_walker::kind() const noexcept {
    switch (rest_.front()) {
        case '{':
            return json_kind::object;
        case '[':
            return json_kind::array;
        case '"':
            return json_kind::string;
        case 't':
        case 'f':
            return json_kind::boolean;
        case 'n':
            return json_kind::null;
        default:
            return json_kind::number;
    }
}

util::secret_bytes json_walker::take_string() {
    const auto length = string_length();
    auto quoted = rest_.substr(1, length - 2);
    std::string text;
    text.reserve(3 * quoted.size());  // never grows: a byte becomes at most U+FFFD
    has_replaced_ = false;
    while (!quoted.empty()) {
        const auto next = util::utf8_at(quoted);
        std::size_t taken = next.length;
        if (quoted.front() == '\\') {
            const auto escaped = escape_at(quoted);
            append_utf8(text, escaped.code);
            has_replaced_ |= escaped.is_lone_surrogate;
            taken = escaped.length;
        } else if (next.valid) {
            text.append(quoted.substr(0, taken));
        } else {
            append_utf8(text, replacement);
            has_replaced_ = true;
        }
        quoted.remove_prefix(taken);
    }
    rest_.remove_prefix(length);
    skip_space();
    return util::secret_bytes(std::move(text));
}

// Counts brackets and skips strings whole: the text is known to be JSON.
void json_walker::skip() {
    std::size_t depth = 0;
    do {
        const char c = rest_.front();
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        std::size_t length = 1;
        if (c == '"') {
            length = string_length();
        } else if (punctuation.find(c) == std::string_view::npos) {
            length = std::min(rest_.find_first_of(ends_of_words), rest_.size());
        }
        rest_.remove_prefix(length);
        skip_space();
    } while (depth > 0);
}

void json_walker::take_character() {
    rest_.remove_prefix(1);
    skip_space();
}

void json_walker::skip_space() noexcept {
    while (!rest_.empty() && util::is_json_space(rest_.front()))
        rest_.remove_prefix(1);
}

std::size_t json_walker::string_length() const noexcept {
    std::size_t end = 1;
    while (rest_[end] != '"')
        end += rest_[end] == '\\' ? 2U : 1U;
    return end + 1;
}

}  // namespace dockerconfig
