// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

#include <functional>

namespace runtime {

/// `base` times `factor`, which is not negative; duration::max() instead of an overflow.
[[nodiscard]] duration scaled(duration base, double factor) noexcept;

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

/// How long a key of a work queue waits that has failed `failures` times before this one.
using retry_policy = std::function<duration(unsigned failures)>;

/// Exponential, from `initial` up to 5 minutes, with jitter of up to a half.
[[nodiscard]] retry_policy exponential_retry(duration initial, random_source random);

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
