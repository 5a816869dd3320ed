// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/histogram.hpp"
#include "runtime/queue/priority.hpp"
#include "runtime/time.hpp"

#include <array>

namespace runtime {

/// What a work queue has done, for metrics.
class queue_statistics {
 public:
    /// A key was taken that was added, or became due, this long ago.
    void waited(priority level, duration time) noexcept { wait_[index_of(level)].observe(time); }
    /// The work on a key took this long.
    void worked(duration time) noexcept { work_.observe(time); }
    /// A key is to be retried after a failure.
    void retried(priority level) noexcept { retries_[index_of(level)] += 1; }

    [[nodiscard]] const histogram& wait(priority level) const noexcept { return wait_[index_of(level)]; }
    [[nodiscard]] const histogram& work() const noexcept { return work_; }
    [[nodiscard]] double retries(priority level) const noexcept { return retries_[index_of(level)]; }

 private:
    static histogram empty() {
        return histogram({0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60});
    }

    std::array<histogram, priority_count> wait_{empty(), empty(), empty()};
    histogram work_ = empty();
    std::array<double, priority_count> retries_{};
};

}  // namespace runtime
