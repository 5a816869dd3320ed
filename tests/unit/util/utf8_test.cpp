// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include <doctest/doctest.h>

#include <string>

using util::utf8_at;
using util::utf8_prefix;

TEST_CASE("the first and the last character of each length") {
    struct example {
        std::string text;
        char32_t code;
    };
    const example table[] = {
        {std::string(1, '\0'), 0},
        {"\x7f", 0x7F},
        {"\xc2\x80", 0x80},
        {"\xdf\xbf", 0x7FF},
        {"\xe0\xa0\x80", 0x800},
        {"\xed\x9f\xbf", 0xD7FF},
        {"\xee\x80\x80", 0xE000},
        {"\xef\xbf\xbf", 0xFFFF},
        {"\xf0\x90\x80\x80", 0x10000},
        {"\xf4\x8f\xbf\xbf", 0x10FFFF},
    };
    for (const auto& row : table) {
        CAPTURE(row.code);
        for (const auto& text : {row.text, row.text + "x", row.text + "\x80"}) {
            const auto first = utf8_at(text);
            CHECK(first.valid);
            CHECK(first.code == row.code);
            CHECK(first.length == row.text.size());
        }
    }
}

TEST_CASE("what begins no character is one byte") {
    for (const std::string text : {"\x80",
                                   "\xbf",
                                   "\xc0\x80",
                                   "\xc1\xbf",
                                   "\xc2",
                                   "\xc2x",
                                   "\xe0\x9f\xbf",
                                   "\xe6\x97",
                                   "\xe6\x97x",
                                   "\xed\xa0\x80",
                                   "\xed\xbf\xbf",
                                   "\xf0\x8f\xbf\xbf",
                                   "\xf4\x90\x80\x80",
                                   "\xf5\x80\x80\x80",
                                   "\xff"}) {
        const auto first = utf8_at(text);
        CHECK_FALSE(first.valid);
        CHECK(first.length == 1);
    }
}

TEST_CASE("the prefix of a text ends before the character that does not fit") {
    CHECK(utf8_prefix("abc", 3) == "abc");
    CHECK(utf8_prefix("abc", 2) == "ab");
    CHECK(utf8_prefix("a\xe6\x97\xa5", 3) == "a");
    CHECK(utf8_prefix("a\xe6\x97\xa5", 4) == "a\xe6\x97\xa5");
    CHECK(utf8_prefix("\xf0\x9f\x98\x80", 3).empty());
    CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80\x80\x80", 6).size() >= 2);
}
