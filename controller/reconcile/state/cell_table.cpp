// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cell_table.hpp"

#include <utility>

namespace reconcile {

const cell_record* cell_table::find(const cell& where) const {
    const auto found = records_.find(where);
    return found == records_.end() ? nullptr : &found->second;
}

void cell_table::synced(const cell& where, std::uint64_t wish, std::uint64_t specs) {
    records_[where] = {.now = cell_record::state::synced, .wish = wish, .specs = specs, .failure = nullptr};
}

void cell_table::doubt(const cell& where) {
    const auto found = records_.find(where);
    if (found != records_.end() && found->second.now == cell_record::state::synced)
        found->second.now = cell_record::state::pending;
}

void cell_table::unwanted(const cell& where) {
    const auto found = records_.find(where);
    if (found == records_.end()) return;
    found->second.now = cell_record::state::pending;
    found->second.failure = nullptr;
}

void cell_table::failed(const cell& where, cell_failure why, std::uint64_t specs) {
    auto& record = records_[where];
    if (specs != 0) record.specs = specs;
    if (record.failure != nullptr && record.failure->reason == why.reason) why.since = record.failure->since;
    record.failure = std::make_unique<const cell_failure>(std::move(why));
    record.now = cell_record::state::failed;
}

void cell_table::for_each_failed(const std::function<void(const cell&, const cell_failure&)>& visit) const {
    for (const auto& [where, record] : records_) {
        if (record.failure != nullptr) visit(where, *record.failure);
    }
}

}  // namespace reconcile
