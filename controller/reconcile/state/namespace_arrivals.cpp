// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/namespace_arrivals.hpp"

#include "reconcile/state/reasons.hpp"

#include <algorithm>

namespace reconcile {

bool is_transient(std::string_view reason) noexcept {
    return reason == reasons::server_unavailable || reason == reasons::contended ||
           reason == reasons::deletion_guard || reason == reasons::progressing;
}

void namespace_arrivals::lead(runtime::time_point now) {
    leads_ = true;
    std::erase_if(waiting_, [now](const auto& each) { return now - each.second.since > longest_handover; });
    for (auto& [secret, wait] : waiting_)
        wait.inherited = true;
}

void namespace_arrivals::appeared(const runtime::object_key& secret, runtime::time_point now) {
    waiting_.try_emplace(secret, wait{.since = now});
}

void namespace_arrivals::finished(const runtime::object_key& secret, result what, runtime::time_point now) {
    const auto found = waiting_.find(secret);
    if (found == waiting_.end()) return;
    const auto of = found->second;
    waiting_.erase(found);
    if (!leads_) return;
    if (what == result::written) durations_.observe(now - of.since);
    // What was counted as late while it waited stays late, since a counter never goes down.
    const bool was_counted = is_late(of, now) && !of.inherited;
    if (was_counted || (is_late(of, now) && what == result::written)) {
        late_ += 1;
    } else if (what == result::written) {
        on_time_ += 1;
    } else if (what == result::failed) {
        failed_ += 1;
    }
}

void namespace_arrivals::observed(const runtime::object_key& secret) {
    if (!leads_) waiting_.erase(secret);
}

double namespace_arrivals::late(runtime::time_point now) const {
    if (!leads_) return late_;
    return late_ + static_cast<double>(std::ranges::count_if(waiting_, [now](const auto& each) {
               return !each.second.inherited && is_late(each.second, now);
           }));
}

}  // namespace reconcile
