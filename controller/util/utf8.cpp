// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include "util/ascii.hpp"

#include <algorithm>
#include <array>

namespace util {

namespace {

bool is_invisible(char32_t code) noexcept {
    const auto within = [code](char32_t first, char32_t last) { return code >= first && code <= last; };
    return code <= 0x20 || within(0x7F, 0xA0) || code == 0xAD || within(0x2000, 0x200F) ||
           within(0x2028, 0x202F) || within(0x205F, 0x206F) || code == 0x3000 || code == 0xFEFF ||
           within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE007F);
}

bool is_base64(char c) noexcept {
    return is_alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '=';
}

// 24 characters hold 18 bytes. No reason, kind or object name of Kubernetes of that length mixes all three
// classes.
bool looks_encoded(std::string_view run) noexcept {
    return run.size() >= 24 && std::ranges::any_of(run, is_lower) && std::ranges::any_of(run, is_upper) &&
           std::ranges::any_of(run, is_digit);
}

}  // namespace

utf8_character utf8_at(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {1, lead, true};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {};
    char32_t code = lead & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    if (code < smallest.at(length) || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
    return {length, code, true};
}

std::string_view utf8_prefix(std::string_view text, std::size_t max_bytes) noexcept {
    if (text.size() <= max_bytes) return text;
    std::size_t end = max_bytes;
    while (end > 0 && max_bytes - end < 3 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return text.substr(0, end);
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        const auto next = utf8_at(text.substr(at));
        if (!next.valid) return at;
        at += next.length;
    }
    return std::nullopt;
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
    constexpr std::string_view ellipsis = "...";
    std::string line;
    bool gap = false;
    while (!text.empty()) {
        const auto next = utf8_at(text);
        const auto bytes = text.substr(0, next.length);
        text.remove_prefix(next.length);
        if (next.valid && is_invisible(next.code)) {
            gap = true;
            continue;
        }
        if (gap && !line.empty()) line += ' ';
        gap = false;
        line += next.valid ? bytes : std::string_view{"?"};
        if (line.size() > max_bytes) {
            const std::size_t room = max_bytes < ellipsis.size() ? 0 : max_bytes - ellipsis.size();
            line.resize(utf8_prefix(line, room).size());
            line += ellipsis.substr(0, max_bytes);
            break;
        }
    }
    return line;
}

std::string redact_encoded(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    while (!text.empty()) {
        const auto run_end = std::ranges::find_if_not(text, is_base64);
        const auto run = text.substr(0, static_cast<std::size_t>(run_end - text.begin()));
        kept += looks_encoded(run) ? std::string_view{"<redacted>"} : run;
        text.remove_prefix(run.size());
        const auto rest = std::ranges::find_if(text, is_base64);
        const auto between = text.substr(0, static_cast<std::size_t>(rest - text.begin()));
        kept += between;
        text.remove_prefix(between.size());
    }
    return kept;
}

}  // namespace util
