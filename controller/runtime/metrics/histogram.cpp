// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/metrics/histogram.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>

namespace runtime {

histogram::histogram(std::vector<double> upper_bounds)
    : upper_bounds_(std::move(upper_bounds)), counts_(upper_bounds_.size() + 1) {
    if (!std::ranges::is_sorted(upper_bounds_, std::ranges::less_equal{}))
        throw std::logic_error("the bounds of a histogram ascend");
}

void histogram::observe(double value) noexcept {
    const auto bucket = std::ranges::lower_bound(upper_bounds_, value) - upper_bounds_.begin();
    counts_[static_cast<std::size_t>(bucket)] += 1;
    sum_ += value;
}

std::vector<double> histogram::cumulative_counts() const {
    std::vector<double> counts(counts_.size());
    std::partial_sum(counts_.begin(), counts_.end(), counts.begin());
    return counts;
}

}  // namespace runtime
