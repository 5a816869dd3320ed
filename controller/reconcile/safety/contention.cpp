// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/contention.hpp"

#include <algorithm>

namespace reconcile {

template <class Key, class Hash>
auto basic_contention<Key, Hash>::wait(const Key& where, time_point now) const -> duration {
    const auto found = cells_.find(where);
    if (found == cells_.end() || found->second.repairs < free_repairs) return duration::zero();
    auto pause = first_wait;
    for (int n = free_repairs; n < found->second.repairs && pause < longest_wait; ++n)
        pause *= 2;
    const auto due = found->second.last + std::min(pause, longest_wait);
    return std::max(due - now, duration::zero());
}

template <class Key, class Hash>
void basic_contention<Key, Hash>::repaired(const Key& where, time_point now) {
    if (now - pruned_ >= quiet) prune(now);
    auto& seen = cells_[where];
    if (seen.repairs > 0 && now - seen.last >= quiet) seen.repairs = 0;
    ++seen.repairs;
    seen.last = now;
}

template <class Key, class Hash>
void basic_contention<Key, Hash>::prune(time_point now) {
    pruned_ = now;
    std::erase_if(cells_, [now](const auto& entry) { return now - entry.second.last >= quiet; });
}

template class basic_contention<cell, cell_hash>;
template class basic_contention<runtime::object_key, runtime::object_key_hash>;

}  // namespace reconcile
