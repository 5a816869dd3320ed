// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pull_failures.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <optional>

namespace reconcile {

/// Decides when the pull_watcher looks at which Pod: one look after another with a pause between them, so
/// that many failing Pods do not flood the API server. No I/O and no clock.
///
/// Calls: next(); then a look at its Pod and looked(), or else a wait until its time.
class look_schedule {
 public:
    static constexpr runtime::duration between_looks = std::chrono::milliseconds(100);
    /// How soon it is noticed that a missing Secret has arrived.
    static constexpr runtime::duration between_checks = std::chrono::seconds(10);

    struct step {
        pull_failures::secret_names changed;     // the Secrets whose failing Pods have changed
        std::optional<runtime::object_key> pod;  // to look at now
        runtime::time_point wake_at;             // if there is no Pod: when next() has something to do
    };

    /// `failures` outlives this.
    explicit look_schedule(pull_failures& failures) : failures_(failures) {}

    [[nodiscard]] step next(runtime::time_point now);
    /// A look has ended now.
    void looked(runtime::time_point now) noexcept { not_before_ = now + between_looks; }
    /// Whether a look that is due now must not wait until `wake_at`.
    [[nodiscard]] bool look_precedes(runtime::time_point wake_at, runtime::time_point now) const noexcept;

 private:
    pull_failures& failures_;
    runtime::time_point not_before_;  // of the next look
    runtime::time_point next_check_;  // for Secrets that have arrived
};

}  // namespace reconcile
