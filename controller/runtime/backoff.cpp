// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/backoff.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace runtime {

duration scaled(duration base, double factor) noexcept {
    const double ticks = static_cast<double>(base.count()) * factor;
    if (ticks >= static_cast<double>(duration::max().count())) return duration::max();
    return duration{static_cast<duration::rep>(ticks)};
}

duration backoff_delay(const backoff_policy& policy, unsigned failures, double random) noexcept {
    // The power of many failures is infinite, which scaled() handles.
    const duration delay = scaled(policy.initial, std::pow(policy.factor, failures));
    return scaled(std::min(delay, policy.cap), 1.0 + policy.jitter * random);
}

backoff::backoff(backoff_policy policy, random_source random) : policy_(policy), random_(std::move(random)) {}

duration backoff::next(time_point now) {
    if (failures_ > 0 && now >= delay_end_ + policy_.reset_after) reset();
    const duration delay = backoff_delay(policy_, failures_, random_());
    if (failures_ < std::numeric_limits<unsigned>::max()) ++failures_;
    delay_end_ = now + delay;
    return delay;
}

void backoff::reset() noexcept {
    failures_ = 0;
}

retry_policy exponential_retry(duration initial, random_source random) {
    const backoff_policy policy{.initial = initial, .cap = std::chrono::minutes{5}, .jitter = 0.5};
    return [policy, random = std::move(random)](unsigned failures) {
        return backoff_delay(policy, failures, random());
    };
}

}  // namespace runtime
