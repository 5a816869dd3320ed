// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/resource_version.hpp"

#include "util/ascii.hpp"

#include <algorithm>

namespace runtime {

namespace {

bool is_version(std::string_view text) noexcept {
    return !text.empty() && text.front() != '0' && std::ranges::all_of(text, util::is_digit);
}

}  // namespace

std::partial_ordering compare_resource_versions(std::string_view a, std::string_view b) noexcept {
    if (!is_version(a) || !is_version(b)) return std::partial_ordering::unordered;
    if (a.size() != b.size()) return a.size() <=> b.size();
    return a <=> b;
}

}  // namespace runtime
