// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>

namespace harness {

/// The last time at which something changed that may concern the controller, as far as this process knows:
/// it sent a request that writes or ran a program, or it saw come about what it waited for (`eventually`).
/// Whether the controller has become quiet is counted from there.
class last_change {
 public:
    using time_point = std::chrono::system_clock::time_point;  // as the audit log's

    static void note() noexcept { at() = std::chrono::system_clock::now(); }
    [[nodiscard]] static time_point time() noexcept { return at(); }

 private:
    static std::atomic<time_point>& at() noexcept {
        static std::atomic<time_point> value{time_point{}};
        return value;
    }
};

}  // namespace harness
