// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace util {

/// Whether the whole text matches: `*` stands for any bytes or none, `?` for one byte, every other byte for
/// itself. Takes at most pattern × text steps: only the last `*` that was passed is tried again.
[[nodiscard]] constexpr bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t after_star = std::string_view::npos;  // the pattern from here on …
    std::size_t retry_from = 0;                       // … was last tried on the text from here on
    while (t < text.size()) {
        // '*' comes first: the text may hold one too.
        if (p < pattern.size() && pattern[p] == '*') {
            after_star = ++p;
            retry_from = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (after_star != std::string_view::npos) {
            p = after_star;
            t = ++retry_from;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace util
