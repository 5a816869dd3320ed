// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/base64.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace util {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 0xFF;

constexpr auto digit_of = [] {
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table.at(static_cast<unsigned char>(alphabet[i])) = static_cast<std::uint8_t>(i);
    }
    return table;
}();

void append_byte(std::string& to, std::uint32_t bits) {
    to += static_cast<char>(bits & 0xFFU);
}

/// Collects four digits at a time, which make three bytes.
class decoder {
 public:
    decoder(std::string& to, base64_form form) : to_(to), form_(form) {}

    [[nodiscard]] bool take(char c) {
        if (form_ != base64_form::canonical && (c == '\n' || c == '\r')) return true;
        if (c == '=') return ++padding_ <= 2 && form_ != base64_form::unpadded;
        const auto digit = digit_of.at(static_cast<unsigned char>(c));
        if (digit == no_digit || padding_ > 0) return false;
        bits_ = (bits_ << 6U) | digit;
        if (++held_ == 4) {
            append_byte(to_, bits_ >> 16U);
            append_byte(to_, bits_ >> 8U);
            append_byte(to_, bits_);
            held_ = 0;
        }
        return true;
    }

    [[nodiscard]] bool finish() {
        if (held_ == 0) return padding_ == 0;
        if (held_ == 1) return false;
        if (form_ != base64_form::unpadded && held_ + padding_ != 4) return false;
        const unsigned unused = held_ == 2 ? 4 : 2;
        if (form_ == base64_form::canonical && (bits_ & ((1U << unused) - 1)) != 0) return false;
        if (held_ == 3) append_byte(to_, bits_ >> 10U);
        append_byte(to_, bits_ >> unused);
        return true;
    }

 private:
    std::string& to_;
    base64_form form_;
    std::uint32_t bits_ = 0;
    unsigned held_ = 0;
    unsigned padding_ = 0;
};

}  // namespace

std::size_t base64_length(std::size_t bytes) noexcept {
    return (bytes + 2) / 3 * 4;
}

void append_base64(std::string& to, std::string_view bytes) {
    const auto append_digits = [&to](std::uint32_t bits, unsigned count) {
        for (unsigned i = 0; i < 4; ++i)
            to += i < count ? alphabet[(bits >> (18U - 6U * i)) & 0x3FU] : '=';
    };
    const auto byte = [bytes](std::size_t i) -> std::uint32_t {
        return static_cast<unsigned char>(bytes[i]);
    };
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3)
        append_digits(byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2), 4);
    if (bytes.size() - i == 2) append_digits(byte(i) << 16U | byte(i + 1) << 8U, 3);
    if (bytes.size() - i == 1) append_digits(byte(i) << 16U, 2);
}

std::optional<secret_bytes> decode_base64(std::string_view text, base64_form form) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 3);  // never grows, so it leaves no copy behind
    decoder digits(bytes, form);
    for (const char c : text) {
        if (!digits.take(c)) {
            wipe(bytes);
            return std::nullopt;
        }
    }
    if (!digits.finish()) {
        wipe(bytes);
        return std::nullopt;
    }
    return secret_bytes(std::move(bytes));
}

}  // namespace util
