// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/time.hpp"

namespace runtime {

enum class outcome_kind {
    done,           // the key's failures are forgotten
    requeue_after,  // likewise, and the key is worked on again after a delay
    retry,          // failed: again after the key's back-off
};

/// What the work on a key led to: controller-runtime's reconcile.Result.
class outcome {
 public:
    [[nodiscard]] static outcome done() noexcept { return {outcome_kind::done, {}}; }
    /// As done(), by work that looked at the state after everything for which the key was added meanwhile:
    /// its own write comes back as a watch event, which is no reason to look again.
    [[nodiscard]] static outcome settled() noexcept {
        outcome result = done();
        result.settled_ = true;
        return result;
    }
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
    [[nodiscard]] bool is_settled() const noexcept { return settled_; }
    friend bool operator==(const outcome&, const outcome&) = default;

 private:
    outcome(outcome_kind kind, duration delay) noexcept : kind_(kind), delay_(delay) {}

    outcome_kind kind_;
    duration delay_;
    bool settled_ = false;
};

}  // namespace runtime
