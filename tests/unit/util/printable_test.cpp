// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/printable.hpp"

#include <doctest/doctest.h>

#include <string>

using util::one_line;
using util::redact_encoded;

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
