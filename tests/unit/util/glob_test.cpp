// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/glob.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using util::glob_matches;

TEST_CASE("a glob matches the whole text") {
    struct example {
        const char* pattern;
        const char* text;
        bool expected;
    };
    constexpr example table[] = {
        {"", "", true},
        {"", "a", false},
        {"a", "a", true},
        {"a", "ab", false},
        {"ab", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"?", "a", true},
        {"?", "", false},
        {"?", "ab", false},
        {"*?", "a", true},
        {"?*", "", false},
        {"team-*", "team-", true},
        {"team-*", "team-a", true},
        {"team-*", "my-team-a", false},
        {"*-sandbox", "a-sandbox", true},
        {"*-sandbox", "a-sandbox-b", false},
        {"*-sandbox", "a-sandbox-sandbox", true},
        {"a*b*c", "a-b-b-c", true},
        {"a*b*c", "a-c-b", false},
        {"a*bc", "abbbc", true},
        {"*ab*ab*", "abab", true},
        {"*ab*ab*", "aba", false},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"*a?c", "aacabc", true},
        {"[ab]", "a", false},
        {"[ab]", "[ab]", true},
        {"a\\*", "a\\x", true},
        {"A", "a", false},
        {"*", "*", true},
        {"?", "*", true},
        {"a*", "*", false},
        {"*x", "*", false},
        {"*.example.com", "quay.example.com", true},
        {"https://*/v1/", "https://index.docker.io/v1/", true},
    };
    for (const auto& row : table) {
        CAPTURE(row.pattern);
        CAPTURE(row.text);
        CHECK(glob_matches(row.pattern, row.text) == row.expected);
    }
}

TEST_CASE("a hostile glob takes at most pattern times text steps") {
    std::string pattern;
    for (int i = 0; i < 500; ++i)
        pattern += "a*";
    pattern += "b";
    const std::string text(10'000, 'a');
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(glob_matches(pattern, text));
    CHECK(glob_matches(pattern, text + "b"));
    // At most ten million steps. A matcher that tries earlier stars again would never end.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds{10});
}
