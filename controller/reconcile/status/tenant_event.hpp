// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/result_table.hpp"
#include "runtime/events/event_correlator.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <string>

namespace reconcile {

/// The Event about a copy that cannot be written, in its own namespace, for those who use that namespace and
/// may not read RegistryCredentials. Nothing if they can do nothing about `problem`: it is none of Conflict,
/// Denied and QuotaExceeded. `uid`: of the Secret; empty if there is none. Pure.
[[nodiscard]] std::optional<runtime::object_event> tenant_event(const runtime::object_key& secret,
                                                                const failure& problem,
                                                                const std::string& uid);

/// Copies that have failed and whose Events are due, at most one every `interval`: one fault can concern
/// thousands of namespaces. No clock.
class tenant_event_queue {
 public:
    static constexpr std::chrono::milliseconds interval{100};

    void add(const runtime::object_key& secret) { waiting_.insert(secret); }
    /// The next one, if it is due.
    [[nodiscard]] std::optional<runtime::object_key> take(runtime::time_point now);
    /// When take() returns one; time_point::max() while none waits.
    [[nodiscard]] runtime::time_point due() const noexcept;

 private:
    std::set<runtime::object_key> waiting_;
    runtime::time_point next_ = runtime::time_point::min();
};

}  // namespace reconcile
