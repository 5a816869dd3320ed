// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

namespace runtime {

/// Counts values, such as seconds, by how large they are.
class histogram {
 public:
    /// `upper_bounds` ascend, and none is infinite; else std::logic_error.
    explicit histogram(std::vector<double> upper_bounds);

    void observe(double value) noexcept;
    void observe(std::chrono::duration<double> value) noexcept { observe(value.count()); }
    [[nodiscard]] const std::vector<double>& upper_bounds() const noexcept { return upper_bounds_; }
    /// How many values were not larger than each bound; the last is of all values.
    [[nodiscard]] std::vector<double> cumulative_counts() const;
    [[nodiscard]] double sum() const noexcept { return sum_; }

 private:
    std::vector<double> upper_bounds_;
    std::vector<double> counts_;  // of each bucket alone; the last has no bound
    double sum_ = 0;
};

}  // namespace runtime
