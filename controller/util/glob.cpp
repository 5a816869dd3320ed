// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "util/glob.hpp"

#include <cstddef>

namespace util {

bool glob_matches(std::string_view pattern, std::string_view text) noexcept {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t after_star = std::string_view::npos;  // the pattern from here on …
    std::size_t retry_from = 0;                       // … was tried last on the text from here on
    while (t < text.size()) {
        // First '*', which the text may hold too.
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

bool glob_is_literal(std::string_view pattern) noexcept {
    return pattern.find_first_of("*?") == std::string_view::npos;
}

}  // namespace util
