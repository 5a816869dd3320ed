// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <vector>

namespace bench {

[[nodiscard]] inline double milliseconds(std::chrono::steady_clock::duration taken) {
    return std::chrono::duration<double, std::milli>(taken).count();
}

/// By nearest rank: a value that was measured, which `percent` of all do not exceed. `values` must not be
/// empty.
[[nodiscard]] double percentile(std::vector<double> values, double percent);
[[nodiscard]] inline double median(std::vector<double> values) {
    return percentile(std::move(values), 50);
}

}  // namespace bench
