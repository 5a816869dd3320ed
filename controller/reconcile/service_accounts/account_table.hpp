// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/service_accounts/account_plan.hpp"
#include "reconcile/state/cell_table.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// What is known of a ServiceAccount after it was looked at last.
struct account_record {
    enum class state : std::uint8_t { pending, patched, failed };
    state now = state::pending;
    std::uint64_t wish = 0;            // of one that was right: stands for what was wanted then
    std::vector<std::uint64_t> specs;  // spec_of() of those that wanted an entry, when it was right last
    std::unique_ptr<const cell_failure> failure;  // of a failed one
};

/// Outcome of every ServiceAccount that somebody wants an entry in, or that one cannot be taken out of.
class account_table {
 public:
    [[nodiscard]] const account_record* find(const account& where) const;
    void patched(const account& where, std::uint64_t wish, std::vector<std::uint64_t> specs);
    /// `why.since` gives way to that of an earlier failure of the same reason.
    void failed(const account& where, cell_failure why);
    /// What is wanted may have changed: it is not known to be right until it has been looked at.
    void doubt(const account& where);
    void forget(const account& where) { records_.erase(where); }
    void for_each_failed(const std::function<void(const account&, const cell_failure&)>& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
    std::unordered_map<account, account_record, account_hash> records_;
};

}  // namespace reconcile
