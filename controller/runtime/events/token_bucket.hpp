// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

/// `burst` at once, then one every `interval`.
class token_bucket {
 public:
    token_bucket(double burst, duration interval, time_point now) noexcept;
    /// Takes a token if there is one.
    [[nodiscard]] bool take(time_point now) noexcept;
    /// Whether nothing has been taken for so long that a new bucket would be the same.
    [[nodiscard]] bool full(time_point now) const noexcept;

 private:
    [[nodiscard]] double tokens_at(time_point now) const noexcept;

    double burst_;
    duration interval_;
    double tokens_;
    time_point counted_;  // up to here the tokens have been counted
};

}  // namespace runtime
