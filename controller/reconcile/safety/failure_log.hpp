// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/repeat_limit.hpp"
#include "reconcile/state/result_table.hpp"
#include "runtime/log/log.hpp"
#include "runtime/object_key.hpp"
#include "runtime/time.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace reconcile {

/// Logs the failures of one kind of object. Thousands fail together, for example when RBAC takes a right from
/// the controller. So a reason has one warning a minute: the first shows its object; the next shows how many
/// more failed since. All others are lines of level debug. No clock.
class failure_log {
 public:
    struct messages {
        std::string_view one;   // "Secret out of sync"
        std::string_view more;  // "more Secrets out of sync"
    };

    /// `log` outlives it.
    failure_log(const runtime::logger& log, messages messages) : log_(log), messages_(messages) {}

    /// The object fails for a new reason. `problem.since` is `now` too.
    void failed(const runtime::object_key& key, const failure& problem, runtime::time_point now);
    /// Logs the counts that have waited long enough. Call it now and then.
    void summarize(runtime::time_point now);

 private:
    /// What has no warning yet.
    struct waiting_failures {
        std::size_t count = 0;
        std::string since;
    };

    const runtime::logger& log_;
    messages messages_;
    repeat_limit<std::string> warnings_{std::chrono::minutes(1)};  // by reason
    std::map<std::string, waiting_failures> more_;                 // by reason
};

}  // namespace reconcile
