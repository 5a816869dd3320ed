// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

/// Delays that grow by `factor` from `initial` up to `cap`, each then stretched by a random part of up to
/// `jitter` times itself, so that many clients of one server do not come back together. As in client-go, the
/// cap is that of the delay before the jitter.
struct backoff_policy {
    duration initial{std::chrono::milliseconds{800}};
    duration cap{std::chrono::seconds{30}};
    double factor = 2.0;
    double jitter = 1.0;
    duration quiet{
        std::chrono::minutes{2}};  // without a failure, after which the delays start from the beginning
};

/// The delay after `failures` failures that came before this one; `random` in [0, 1).
[[nodiscard]] duration backoff_delay(const backoff_policy& policy, unsigned failures, double random) noexcept;

/// Counts the failures in a row of one thing.
class backoff {
 public:
    backoff(backoff_policy policy, random_source random);

    /// Something failed: how long to wait before it is tried again.
    [[nodiscard]] duration next(time_point now);
    void reset() noexcept;
    [[nodiscard]] unsigned failures() const noexcept { return failures_; }

 private:
    backoff_policy policy_;
    random_source random_;
    unsigned failures_ = 0;
    time_point quiet_from_;  // the end of the last delay
};

}  // namespace runtime
