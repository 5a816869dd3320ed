// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/priority.hpp"

namespace runtime {

namespace {

/// The priority, from `first` on, whose head has waited longest.
std::optional<priority> longest_waiting(const ready_heads& heads, std::size_t first) noexcept {
    std::optional<std::size_t> found;
    for (std::size_t i = first; i < priority_count; ++i) {
        if (heads[i] && (!found || *heads[i] < *heads[*found])) found = i;
    }
    if (!found) return std::nullopt;
    return static_cast<priority>(*found);
}

}  // namespace

std::optional<priority> priority_picker::pick(const ready_heads& heads) noexcept {
    std::size_t first = 0;
    while (first < priority_count && !heads[first])
        ++first;
    if (first == priority_count) return std::nullopt;

    const auto behind = longest_waiting(heads, first + 1);
    if (!behind || passed_over_ == passed_over_limit) {
        passed_over_ = 0;
        return behind ? *behind : static_cast<priority>(first);
    }
    ++passed_over_;
    return static_cast<priority>(first);
}

}  // namespace runtime
