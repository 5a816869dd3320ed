// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/token_bucket.hpp"

#include <algorithm>

namespace runtime {

token_bucket::token_bucket(double burst, duration interval, time_point now) noexcept
    : burst_(burst), interval_(interval), tokens_(burst), updated_(now) {}

bool token_bucket::take(time_point now) noexcept {
    tokens_ = tokens_at(now);
    updated_ = std::max(updated_, now);
    if (tokens_ < 1.0) return false;
    tokens_ -= 1.0;
    return true;
}

bool token_bucket::full(time_point now) const noexcept {
    return tokens_at(now) >= burst_;
}

double token_bucket::tokens_at(time_point now) const noexcept {
    if (now <= updated_) return tokens_;
    const double grown =
        static_cast<double>((now - updated_).count()) / static_cast<double>(interval_.count());
    return std::min(burst_, tokens_ + grown);
}

}  // namespace runtime
