// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

/// A rate limiter: `burst` tokens at once, then one every `interval`.
class token_bucket {
 public:
    token_bucket(double burst, duration interval, time_point now) noexcept;
    /// Takes a token if there is one.
    [[nodiscard]] bool take(time_point now) noexcept;
    /// Whether a new bucket would be the same.
    [[nodiscard]] bool full(time_point now) const noexcept;

 private:
    [[nodiscard]] double tokens_at(time_point now) const noexcept;

    double burst_;
    duration interval_;
    double tokens_;
    time_point updated_;  // when tokens_ was valid
};

}  // namespace runtime
