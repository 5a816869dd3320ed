// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

namespace runtime {

/// Deadlines and delays use the monotonic clock. The wall clock is only for texts that people read.
using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;
using wall_time = std::chrono::system_clock::time_point;
using wall_clock = std::function<wall_time()>;

/// Uniform in [0, 1), for jitter.
using random_source = std::function<double()>;

}  // namespace runtime
