// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/cell_table.hpp"

#include <utility>

namespace reconcile {

const cell_record* cell_table::find(const cell& where) const {
    const auto found = records_.find(where);
    return found == records_.end() ? nullptr : &found->second;
}

void cell_table::synced(const cell& where, std::uint64_t wish) {
    records_[where] = {.now = cell_record::state::synced, .wish = wish, .failure = nullptr};
}

void cell_table::failed(const cell& where,
                        std::string_view reason,
                        std::string message,
                        const std::string& now) {
    auto& record = records_[where];
    const bool same = record.failure != nullptr && record.failure->reason == reason;
    auto since = same ? record.failure->since : now;
    record.failure = std::make_unique<const cell_failure>(cell_failure{
        .reason = std::string(reason), .message = std::move(message), .since = std::move(since)});
    record.now = cell_record::state::failed;
}

void cell_table::for_each_failed(std::string_view reason,
                                 const std::function<void(const cell&)>& visit) const {
    for (const auto& [where, record] : records_) {
        if (record.failure != nullptr && record.failure->reason == reason) visit(where);
    }
}

}  // namespace reconcile
