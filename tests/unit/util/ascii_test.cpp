// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/ascii.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace {

/// All bytes of the class, in order.
std::string members(bool (*is_in)(char)) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        if (is_in(static_cast<char>(byte))) all += static_cast<char>(byte);
    }
    return all;
}

}  // namespace

TEST_CASE("each class holds its ASCII characters and no other byte") {
    const std::string digits = "0123456789";
    const std::string upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const std::string lower = "abcdefghijklmnopqrstuvwxyz";
    CHECK(members(util::is_digit) == digits);
    CHECK(members(util::is_upper) == upper);
    CHECK(members(util::is_lower) == lower);
    CHECK(members(util::is_letter) == upper + lower);
    CHECK(members(util::is_lower_or_digit) == digits + lower);
    CHECK(members(util::is_alphanumeric) == digits + upper + lower);
    CHECK(members(util::is_lower_hexadecimal) == "0123456789abcdef");
    CHECK(members(util::is_hexadecimal) == "0123456789ABCDEFabcdef");
    CHECK(members(util::is_json_space) == "\t\n\r ");
}

TEST_CASE("hexadecimal digits have a value, other bytes have none") {
    constexpr std::string_view digits = "0123456789abcdef";
    for (int byte = 0; byte < 256; ++byte) {
        const auto c = static_cast<char>(byte);
        CAPTURE(byte);
        const auto at = util::is_hexadecimal(c) ? digits.find(util::lower({&c, 1})) : std::string_view::npos;
        CHECK(util::hexadecimal_value(c) == (at == std::string_view::npos ? -1 : static_cast<int>(at)));
    }
}

TEST_CASE("read_decimal() reads digits alone, up to the largest number of the type") {
    CHECK(util::read_decimal<std::uint16_t>("0") == 0);
    CHECK(util::read_decimal<std::uint16_t>("007") == 7);
    CHECK(util::read_decimal<std::uint16_t>("65535") == 65'535);
    for (const auto* text : {"", "65536", "-1", "+1", " 1", "1 ", "0x1", "1.5"}) {
        CAPTURE(text);
        CHECK_FALSE(util::read_decimal<std::uint16_t>(text).has_value());
    }
}

TEST_CASE("lower() changes ASCII letters only") {
    CHECK(util::lower("Registry-1.EXAMPLE.com/ÄZ@[") == "registry-1.example.com/Äz@[");
}

TEST_CASE("take_until takes the text before the separator, or all of it") {
    std::string_view rest = "a,,b";
    CHECK(util::take_until(rest, ',') == "a");
    CHECK(rest == ",b");
    CHECK(util::take_until(rest, ',').empty());
    CHECK(util::take_until(rest, ',') == "b");
    CHECK(rest.empty());
    CHECK(util::take_until(rest, ',').empty());
}
