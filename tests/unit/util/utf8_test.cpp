// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using util::find_invalid_utf8;
using util::one_line;
using util::redact_encoded;
using util::utf8_at;
using util::utf8_prefix;

TEST_CASE("utf8_at() reads the first and the last character of each length") {
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

TEST_CASE("a byte that does not begin a character is invalid and one byte long") {
    for (const std::string text : {"\x80",
                                   "\xbf",
                                   "\x9f\xbf",
                                   "\xbf\x80",
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

TEST_CASE("utf8_prefix() ends before the character that does not fit") {
    CHECK(utf8_prefix("abc", 3) == "abc");
    CHECK(utf8_prefix("abc", 2) == "ab");
    CHECK(utf8_prefix("a\xe6\x97\xa5", 3) == "a");
    CHECK(utf8_prefix("a\xe6\x97\xa5", 4) == "a\xe6\x97\xa5");
    CHECK(utf8_prefix("\xf0\x9f\x98\x80", 3).empty());
    CHECK(utf8_prefix("\x80\x80\x80\x80\x80\x80\x80\x80", 6).size() >= 2);
}

TEST_CASE("well-formed UTF-8 is valid, up to the bounds of each length") {
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

TEST_CASE("find_invalid_utf8() finds the first invalid byte") {
    struct example {
        std::string_view name;
        std::string_view text;
        std::size_t offset;
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
    for (const auto& [name, text, offset] : table) {
        CAPTURE(name);
        CHECK(find_invalid_utf8(text) == offset);
    }
}

TEST_CASE("one_line() replaces white space, invisible and reordering characters by one space") {
    struct example {
        std::string text;
        std::string expected;
    };
    const example table[] = {
        {"", ""},
        {"plain", "plain"},
        {"  at both ends  ", "at both ends"},
        {"a\n\r\t\v b", "a b"},
        {std::string("nul\0nul", 7), "nul nul"},
        {"c1 \xc2\x85 next line", "c1 next line"},
        {"bidi \xe2\x80\xae override", "bidi override"},
        {"isolate \xe2\x81\xa6 x", "isolate x"},
        {"zero\xe2\x80\x8bwidth", "zero width"},
        {"line\xe2\x80\xa8separator", "line separator"},
        {"byte order \xef\xbb\xbfmark", "byte order mark"},
        {"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x98\x80",
         "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5 \xf0\x9f\x98\x80"},
    };
    for (const auto& row : table) {
        CAPTURE(row.text);
        CHECK(one_line(row.text, 100) == row.expected);
    }
}

TEST_CASE("one_line() replaces each invalid byte by a question mark") {
    struct example {
        const char* name;
        std::string text;
        std::string expected;
    };
    const example table[] = {
        {"a lone continuation", "a\x80", "a?"},
        {"a truncated character", "a\xe6\x97", "a??"},
        {"an overlong slash", "\xc0\xaf", "??"},
        {"an overlong slash of three bytes", "\xe0\x80\xaf", "???"},
        {"a surrogate", "\xed\xa0\x80", "???"},
        {"beyond the last code point", "\xf4\x90\x80\x80", "????"},
        {"bytes that never occur", "\xf8\xff", "??"},
    };
    for (const auto& row : table) {
        CAPTURE(row.name);
        CHECK(one_line(row.text, 100) == row.expected);
    }
}

TEST_CASE("one_line() stays within its limit and never cuts inside a character") {
    CHECK(one_line("abcdef", 6) == "abcdef");
    CHECK(one_line("abcdefg", 6) == "abc...");
    CHECK(one_line("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 8) == "\xe6\x97\xa5...");
    CHECK(one_line("abcd", 2) == "..");
    CHECK(one_line("abcd", 0).empty());
}

TEST_CASE("encoded credentials are redacted, and names of Kubernetes objects are not") {
    struct example {
        const char* text;
        const char* expected;
    };
    constexpr example table[] = {
        {"Q0FOQVJZLXBhc3N3b3JkLTEyMw==", "<redacted>"},
        {"x: Q0FOQVJZLXBhc3N3b3JkLTEyMw==.", "x: <redacted>."},
        {"dckr_pat_AbCdEfGhIjKlMnOpQrStUv1", "<redacted>"},
        {"Q0FOQVJZLXBhc3N3b3JkLTEy", "<redacted>"},
        {"Q0FOQVJZLXBhc3N3b3JkLTE", "Q0FOQVJZLXBhc3N3b3JkLTE"},  // a character less
        {"ghp_16C7e42F292c6912E7710c838347Ae178B4a", "<redacted>"},
        {"secrets \"regcred\" is forbidden", "secrets \"regcred\" is forbidden"},
        {"ValidatingAdmissionPolicy 'regcred-copies'", "ValidatingAdmissionPolicy 'regcred-copies'"},
        {"team-7f9c4d6b8-1a2b3c4d5e6f7a8b9c0d", "team-7f9c4d6b8-1a2b3c4d5e6f7a8b9c0d"},
        {"uid 6f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0", "uid 6f1c2d3e-4b5a-6978-8796-a5b4c3d2e1f0"},
        {"FailedToRetrieveImagePullSecret", "FailedToRetrieveImagePullSecret"},
    };
    for (const auto& row : table) {
        CAPTURE(row.text);
        CHECK(redact_encoded(row.text) == row.expected);
    }
}
