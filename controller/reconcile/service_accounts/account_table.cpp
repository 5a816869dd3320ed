// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_table.hpp"

#include <utility>

namespace reconcile {

const account_record* account_table::find(const account& where) const {
    const auto found = records_.find(where);
    return found == records_.end() ? nullptr : &found->second;
}

void account_table::patched(const account& where, std::uint64_t wish, std::vector<std::uint64_t> specs) {
    records_[where] = {
        .now = account_record::state::patched, .wish = wish, .specs = std::move(specs), .failure = nullptr};
}

void account_table::failed(const account& where, cell_failure why) {
    auto& record = records_[where];
    if (record.failure != nullptr && record.failure->reason == why.reason) why.since = record.failure->since;
    record.failure = std::make_unique<const cell_failure>(std::move(why));
    record.now = account_record::state::failed;
}

void account_table::doubt(const account& where) {
    const auto found = records_.find(where);
    if (found != records_.end() && found->second.now == account_record::state::patched)
        found->second.now = account_record::state::pending;
}

void account_table::for_each_failed(
    const std::function<void(const account&, const cell_failure&)>& visit) const {
    for (const auto& [where, record] : records_) {
        if (record.failure != nullptr) visit(where, *record.failure);
    }
}

}  // namespace reconcile
