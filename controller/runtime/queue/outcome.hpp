// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

enum class outcome_kind {
    done,           // as it should be: the failures of the key are forgotten
    requeue_after,  // likewise, and to be looked at again
    retry,          // failed: again after the key's back-off
};

/// What the work on a key led to.
class outcome {
 public:
    [[nodiscard]] static outcome done() noexcept { return {outcome_kind::done, {}}; }
    [[nodiscard]] static outcome requeue_after(duration delay) noexcept {
        return {outcome_kind::requeue_after, delay};
    }
    [[nodiscard]] static outcome retry() noexcept { return {outcome_kind::retry, {}}; }
    /// As retry(), but not before `delay`, which a server asked for.
    [[nodiscard]] static outcome retry_not_before(duration delay) noexcept {
        return {outcome_kind::retry, delay};
    }

    outcome() noexcept : outcome(outcome_kind::done, {}) {}
    [[nodiscard]] outcome_kind kind() const noexcept { return kind_; }
    [[nodiscard]] duration delay() const noexcept { return delay_; }

 private:
    outcome(outcome_kind kind, duration delay) noexcept : kind_(kind), delay_(delay) {}
    outcome_kind kind_;
    duration delay_;
};

}  // namespace runtime
