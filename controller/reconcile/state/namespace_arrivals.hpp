// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/histogram.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <unordered_map>

namespace reconcile {

/// Whether a failure with this reason ends by itself: the controller retries, and no person has to act.
[[nodiscard]] bool is_transient(std::string_view reason) noexcept;

/// How long new namespaces wait for their Secrets. No clock.
///
/// Each Secret of a new namespace is counted once: on time, late, or failed for a reason that a person must
/// mend. One that is still missing after the limit is late already, so that an outage shows at once. A
/// standby knows what waits and counts nothing: after a failover the time without a leader counts too, once
/// the result shows that the leader before did not fail for such a reason.
class namespace_arrivals {
 public:
    static constexpr runtime::duration limit = std::chrono::seconds(1);

    enum class result {
        written,   // by this process
        failed,    // a person must act
        no_longer  // another writer wrote it, no RegistryCredential wants it, or its namespace is gone
    };

    /// A failover takes less. What has waited for longer has failed for the leader before.
    static constexpr runtime::duration longest_handover = std::chrono::minutes(5);

    /// This process writes from now on.
    void lead(runtime::time_point now);
    /// The namespace is new, and a RegistryCredential wants this Secret in it.
    void appeared(const runtime::object_key& secret, runtime::time_point now);
    /// Ignored unless the Secret waits.
    void finished(const runtime::object_key& secret, result what, runtime::time_point now);
    /// The Secret exists: on a standby it waits no longer.
    void observed(const runtime::object_key& secret);

    [[nodiscard]] double on_time() const noexcept { return on_time_; }
    [[nodiscard]] double late(runtime::time_point now) const;
    [[nodiscard]] double failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }
    /// Seconds until the Secret was written.
    [[nodiscard]] const runtime::histogram& durations() const noexcept { return durations_; }

 private:
    bool leads_ = false;
    struct wait {
        runtime::time_point since;
        bool inherited = false;  // from the leader before: its result may have been a failure
    };

    [[nodiscard]] static bool is_late(const wait& of, runtime::time_point now) {
        return now - of.since > limit;
    }

    std::unordered_map<runtime::object_key, wait, runtime::object_key_hash> waiting_;
    runtime::histogram durations_{{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300}};
    double on_time_ = 0;
    double late_ = 0;
    double failed_ = 0;
};

}  // namespace reconcile
