// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace bench {

/// Resident memory of a process, in MB (10^6 bytes).
struct resident_memory {
    double now = 0;      // VmRSS
    double highest = 0;  // VmHWM: since its start
};

// Both throw when there is no such process.
[[nodiscard]] resident_memory memory_of(pid_t process);
/// User and system time since its start, in seconds; the kernel counts in hundredths.
[[nodiscard]] double cpu_seconds_of(pid_t process);

}  // namespace bench
