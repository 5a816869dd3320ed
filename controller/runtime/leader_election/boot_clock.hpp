// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <ctime>

namespace runtime {

/// CLOCK_BOOTTIME: the monotonic clock, and the time for which the machine was suspended. Others can take a
/// Lease in that time, which steady_clock does not count. A hypervisor that pauses the machine may stop both
/// clocks: then only the preconditions of the writes protect what another process has written.
struct boot_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<boot_clock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        timespec time{};
        clock_gettime(CLOCK_BOOTTIME, &time);  // cannot fail: Linux has had this clock since 2.6.39
        return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
    }
};

}  // namespace runtime
