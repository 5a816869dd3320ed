// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/running_limits.hpp"

#include <numeric>

namespace runtime {

void running_limits::reserve(std::size_t workers, std::size_t reserved) noexcept {
    const auto left = [workers](std::size_t kept) { return workers > kept ? workers - kept : 1; };
    limits_[index_of(priority::bulk)] = left(reserved);
    limits_[index_of(priority::normal)] = left(reserved / 2);
}

bool running_limits::admits(priority level) const noexcept {
    return at_or_below(level) < limits_[index_of(level)];
}

std::size_t running_limits::at_or_below(priority level) const noexcept {
    const auto first = running_.begin() + static_cast<std::ptrdiff_t>(index_of(level));
    return std::accumulate(first, running_.end(), std::size_t{0});
}

}  // namespace runtime
