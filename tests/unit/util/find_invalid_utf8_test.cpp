// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using util::find_invalid_utf8;

TEST_CASE("well-formed UTF-8 is taken, up to the bounds of each length") {
    for (const std::string_view text : std::vector<std::string_view>{"",
                                                                     "plain",
                                                                     {"\0", 1},
                                                                     "\x7F",
                                                                     "\xC2\x80",
                                                                     "\xDF\xBF",
                                                                     "\xE0\xA0\x80",
                                                                     "\xED\x9F\xBF",
                                                                     "\xEE\x80\x80",
                                                                     "\xEF\xBF\xBF",
                                                                     "\xF0\x90\x80\x80",
                                                                     "\xF3\xBF\xBF\xBF",
                                                                     "\xF4\x8F\xBF\xBF",
                                                                     "a\xC3\xA9z"}) {
        CAPTURE(text);
        CHECK_FALSE(find_invalid_utf8(text).has_value());
    }
}

TEST_CASE("the first byte that is not UTF-8 is found") {
    struct example {
        std::string_view what;
        std::string_view text;
        std::size_t at;
    };
    const std::vector<example> table{
        {"a continuation alone", "\x80", 0},
        {"after good text", "ab\xC3\xA9\xFF", 4},
        {"overlong slash", "\xC0\xAF", 0},
        {"overlong, two bytes", "\xC1\xBF", 0},
        {"overlong, three bytes", "\xE0\x9F\xBF", 0},
        {"overlong, four bytes", "\xF0\x8F\xBF\xBF", 0},
        {"a surrogate", "\xED\xA0\x80", 0},
        {"beyond U+10FFFF", "\xF4\x90\x80\x80", 0},
        {"no such lead", "\xF5\x80\x80\x80", 0},
        {"cut short", "a\xE2\x82", 1},
        {"cut short by another character", "\xE2\x82z", 0},
        {"a third byte that is none", "\xE2\x82\xC0", 0},
        {"Latin-1", "caf\xE9", 3},
    };
    for (const auto& [what, text, at] : table) {
        CAPTURE(what);
        CHECK(find_invalid_utf8(text) == at);
    }
}
