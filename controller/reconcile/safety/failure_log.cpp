// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/failure_log.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace reconcile {

void failure_log::failed(const runtime::object_key& key, const failure& problem, runtime::time_point now) {
    const bool warns = !more_.contains(problem.reason) && warnings_.allows(problem.reason, now);
    if (!warns && more_[problem.reason].count++ == 0) more_[problem.reason].since = problem.since;
    const auto level = warns ? runtime::log_level::warn : runtime::log_level::debug;
    if (!log_.enabled(level)) return;  // names cost time
    log_.log(level,
             messages_.one,
             {{"registrycredential", fmt::format("{}", fmt::join(problem.credentials, ","))},
              {"namespace", key.namespace_name},
              {"name", key.name},
              {"reason", problem.reason},
              {"message", problem.message}});
}

void failure_log::summarize(runtime::time_point now) {
    std::erase_if(more_, [&](const auto& entry) {
        const auto& [reason, waiting] = entry;
        if (!warnings_.allows(reason, now)) return false;
        log_.warn(messages_.more, {{"reason", reason}, {"count", waiting.count}, {"since", waiting.since}});
        return true;
    });
}

}  // namespace reconcile
