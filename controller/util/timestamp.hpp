// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace util {

/// The wall clock is for timestamps in texts. Deadlines and delays use the monotonic clock.
using wall_time = std::chrono::system_clock::time_point;

/// metav1.Time: RFC 3339, UTC, whole seconds, rounded down: 2026-01-31T23:59:59Z.
[[nodiscard]] std::string write_time(wall_time at);
/// metav1.MicroTime: the same with six digits after the seconds: 2026-01-31T23:59:59.000001Z.
[[nodiscard]] std::string write_micro_time(wall_time at);
/// Accepts only the form of write_time(). Nothing for a date or a time that does not exist.
[[nodiscard]] std::optional<wall_time> read_time(std::string_view text);

}  // namespace util
