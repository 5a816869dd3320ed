// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

/// Exponential delays from `initial` up to `cap`. Each is lengthened by a random part of up to `jitter` times
/// itself, so that many clients of one server do not come back together. As in client-go the cap holds before
/// the jitter.
struct backoff_policy {
    duration initial{std::chrono::milliseconds{800}};
    duration cap{std::chrono::seconds{30}};
    double factor = 2.0;
    double jitter = 1.0;
    duration reset_after{std::chrono::minutes{2}};  // without a failure
};

/// The delay after a failure that `failures` others preceded; `random` in [0, 1).
[[nodiscard]] duration backoff_delay(const backoff_policy& policy, unsigned failures, double random) noexcept;

/// Counts the consecutive failures of one operation.
class backoff {
 public:
    backoff(backoff_policy policy, random_source random);

    /// How long to wait after a failure at `now`. The delays start again if the last delay ended
    /// `reset_after` ago.
    [[nodiscard]] duration next(time_point now);
    void reset() noexcept;
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

 private:
    backoff_policy policy_;
    random_source random_;
    unsigned failures_ = 0;
    time_point delay_end_;  // of the last delay
};

}  // namespace runtime
