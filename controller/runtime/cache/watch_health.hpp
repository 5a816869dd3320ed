// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace runtime {

/// How a watch is, for readiness and metrics. A watch that fails leaves what is known as it was: it may be
/// out of date, and it is never taken for empty.
struct watch_health {
    bool synced = false;                      // a complete view has been read at least once
    std::optional<time_point> last_heard;     // the last answer, event or bookmark
    std::optional<time_point> last_complete;  // the last complete view
    std::optional<time_point> failing_since;  // nothing while all is well
    std::string last_error;                   // fit for people; empty while all is well
    std::uint64_t views = 0;                  // complete views read
    std::uint64_t streams = 0;                // watches that the server accepted
    std::uint64_t events = 0;                 // bookmarks included
    std::uint64_t failures = 0;
};

}  // namespace runtime
