// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/lane.hpp"

namespace runtime {

namespace {

/// The lane, from `first` on, whose head has waited longest.
std::optional<lane> longest_waiting(const lane_heads& heads, std::size_t first) noexcept {
    std::optional<std::size_t> found;
    for (std::size_t i = first; i < lane_count; ++i) {
        if (heads[i] && (!found || *heads[i] < *heads[*found])) found = i;
    }
    if (!found) return std::nullopt;
    return static_cast<lane>(*found);
}

}  // namespace

std::optional<lane> lane_picker::pick(const lane_heads& heads) noexcept {
    std::size_t first = 0;
    while (first < lane_count && !heads[first])
        ++first;
    if (first == lane_count) return std::nullopt;

    const auto behind = longest_waiting(heads, first + 1);
    if (!behind || passed_over_ == passed_over_limit) {
        passed_over_ = 0;
        return behind ? *behind : static_cast<lane>(first);
    }
    ++passed_over_;
    return static_cast<lane>(first);
}

}  // namespace runtime
