// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/metrics/histogram.hpp"
#include "runtime/time.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace reconcile {

/// Why all Secrets of a RegistryCredential are due.
enum class sync_cause : std::uint8_t {
    started,         // this process has begun to write
    created,         // the RegistryCredential is new
    spec_changed,    // its spec is another one
    source_changed,  // a rotation
};
inline constexpr std::array all_sync_causes{
    sync_cause::started, sync_cause::created, sync_cause::spec_changed, sync_cause::source_changed};

[[nodiscard]] std::string_view to_string(sync_cause cause) noexcept;

/// What is still to be done for the Secrets of a RegistryCredential.
struct sync_rest {
    std::size_t pending = 0;  // selected namespaces without a result
    std::size_t failed = 0;
    bool queue_is_empty = true;  // no bulk work waits or runs
};

/// All Secrets of a RegistryCredential were due, and each has a result.
struct finished_sync {
    sync_cause cause;
    std::size_t written = 0;        // Secrets
    std::size_t failed = 0;         // namespaces
    runtime::duration duration{0};  // from the cause to the last write
};

/// Which RegistryCredentials have all their Secrets due, since when, and what came of it. No clock.
class sync_runs {
 public:
    /// A failed Secret may wait for its retry behind other work for at most this long after the last write.
    static constexpr runtime::duration longest_silence = std::chrono::seconds(30);

    /// All Secrets of the RegistryCredential are due. If they were, the first cause stays.
    void begin(const std::string& credential, sync_cause cause, runtime::time_point now);
    /// This process begins to write: what was due before is due since now.
    void restart(runtime::time_point now);
    /// A Secret was written for it.
    void wrote(const std::string& credential, runtime::time_point now);
    /// What came of it, once, when nothing is left to do; nothing before that, or if no Secret was written.
    [[nodiscard]] std::optional<finished_sync> finish(const std::string& credential,
                                                      const sync_rest& rest,
                                                      runtime::time_point now);
    [[nodiscard]] bool is_running(const std::string& credential) const { return runs_.contains(credential); }
    /// Whether to tell nothing of single writes yet, since finish() will tell of all together.
    [[nodiscard]] bool holds_back(const std::string& credential, runtime::time_point now) const;
    void forget(const std::string& credential) { runs_.erase(credential); }

    /// Seconds from the cause to the last write, of what has finished.
    [[nodiscard]] const runtime::histogram& durations(sync_cause cause) const noexcept {
        return durations_[static_cast<std::size_t>(cause)];
    }

 private:
    struct run {
        sync_cause cause;
        runtime::time_point since;
        runtime::time_point last_write;
        std::size_t written = 0;
    };
    static runtime::histogram empty() {
        return runtime::histogram({0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600});
    }

    std::map<std::string, run> runs_;  // by name
    std::array<runtime::histogram, all_sync_causes.size()> durations_{empty(), empty(), empty(), empty()};
};

}  // namespace reconcile
