// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "util/glob.hpp"

#include <algorithm>
#include <string>
#include <vector>

// Matching agrees with a table of all prefixes of the pattern and of the text. Input: pattern, newline, text.

namespace {

bool slow_matches(std::string_view pattern, std::string_view text) {
    // row[t]: whether the pattern up to here matches the first t bytes of the text.
    std::vector<bool> row(text.size() + 1, false);
    row[0] = true;
    for (const char p : pattern) {
        std::vector<bool> next(text.size() + 1, false);
        next[0] = p == '*' && row[0];
        for (std::size_t t = 1; t <= text.size(); ++t) {
            next[t] = p == '*' ? next[t - 1] || row[t] : row[t - 1] && (p == '?' || p == text[t - 1]);
        }
        row = next;
    }
    return row[text.size()];
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = text_of(data, std::min<std::size_t>(size, 512));
    const auto newline = input.find('\n');
    const auto pattern = input.substr(0, newline);
    const auto text = newline == std::string_view::npos ? std::string_view{} : input.substr(newline + 1);
    require(util::glob_matches(pattern, text) == slow_matches(pattern, text),
            "a glob matches as the table says");
    require(util::glob_matches("*" + std::string(text), text), "a star matches nothing too");
    if (pattern.find_first_of("*?") == std::string_view::npos) {
        require(util::glob_matches(pattern, text) == (pattern == text),
                "a literal glob matches itself alone");
    }
    return 0;
}
