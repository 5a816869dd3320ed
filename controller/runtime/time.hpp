// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace runtime {

/// Deadlines and delays use the monotonic clock. The wall clock is only for texts that people read.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;
using wall_time = std::chrono::system_clock::time_point;
using wall_clock = std::function<wall_time()>;

/// Uniform in [0, 1), for jitter.
using random_source = std::function<double()>;

/// `2026-01-02T03:04:05Z`: metav1.Time, whole seconds, rounded down.
[[nodiscard]] std::string rfc3339(wall_time time);
/// `2026-01-02T03:04:05.678Z`, rounded down.
[[nodiscard]] std::string rfc3339_millis(wall_time time);

/// `base` times `factor`, which is not negative; duration::max() instead of an overflow.
[[nodiscard]] duration scaled(duration base, double factor) noexcept;

}  // namespace runtime
