// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cell.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reconcile {

/// Why a cell is not right.
struct cell_failure {
    std::string reason;
    std::string message;
    std::string since;                   // RFC 3339: when this reason was first seen here
    std::vector<std::string> concerned;  // RegistryCredentials whose status tells of it
};

/// What is known of a cell after it was looked at last.
struct cell_record {
    enum class state : std::uint8_t { pending, synced, failed };
    state now = state::pending;
    std::uint64_t wish = 0;                       // of one that was synced: stands for what was desired then
    std::uint64_t specs = 0;                      // for the specs that desired it last
    std::unique_ptr<const cell_failure> failure;  // of a failed one
};

/// Outcome of every cell that somebody wants. Memory is what counts here: one record a namespace and name.
class cell_table {
 public:
    [[nodiscard]] const cell_record* find(const cell& where) const;
    /// `wish` stands for what is desired: if it is the same later and the Secret is not, something else
    /// changed it. `specs` stands for the specs that desire it: if they are the same later and the Secret is
    /// not wanted any more, no user has said so in a spec.
    void synced(const cell& where, std::uint64_t wish, std::uint64_t specs);
    /// `why.since` gives way to that of an earlier failure of the same reason. `specs`: as for synced(), of
    /// those that desire the Secret though it is not right; 0: nobody does.
    void failed(const cell& where, cell_failure why, std::uint64_t specs);
    /// What is desired may have changed: the Secret is not known to be right until it has been looked at.
    void doubt(const cell& where);
    /// Nobody wants the Secret, and there is nothing to tell: a failure is over. What was known of it when it
    /// was right is kept as long as it may have to be removed.
    void unwanted(const cell& where);
    void forget(const cell& where) { records_.erase(where); }
    /// Calls `visit` with each cell that fails, and why.
    void for_each_failed(const std::function<void(const cell&, const cell_failure&)>& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
    std::unordered_map<cell, cell_record, cell_hash> records_;
};

}  // namespace reconcile
