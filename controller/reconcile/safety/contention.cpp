// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/contention.hpp"

#include <algorithm>

namespace reconcile {

auto contention::wait(const runtime::object_key& key, time_point now) const -> duration {
    const auto found = objects_.find(key);
    if (found == objects_.end() || found->second.repairs < free_repairs) return duration::zero();
    auto pause = first_wait;
    for (int n = free_repairs; n < found->second.repairs && pause < longest_wait; ++n)
        pause *= 2;
    const auto due = found->second.last + std::min(pause, longest_wait);
    return std::max(due - now, duration::zero());
}

void contention::repaired(const runtime::object_key& key, time_point now) {
    if (now - pruned_ >= quiet) prune(now);
    auto& seen = objects_[key];
    if (seen.repairs > 0 && now - seen.last >= quiet) seen.repairs = 0;
    ++seen.repairs;
    seen.last = now;
}

void contention::prune(time_point now) {
    pruned_ = now;
    std::erase_if(objects_, [now](const auto& entry) { return now - entry.second.last >= quiet; });
}

}  // namespace reconcile
