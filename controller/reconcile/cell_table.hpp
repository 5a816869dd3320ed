// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/cell.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace reconcile {

/// Why a cell is not right.
struct cell_failure {
    std::string reason;
    std::string message;
    std::string since;  // RFC 3339: when this reason was first seen here
};

/// What is known of a cell after it was looked at last.
struct cell_record {
    enum class state : std::uint8_t { pending, synced, failed };
    state now = state::pending;
    std::uint64_t wish = 0;                       // of a synced one: stands for what was desired then
    std::unique_ptr<const cell_failure> failure;  // of a failed one
};

/// Outcome of every cell that somebody wants. Memory is what counts here: one record a namespace and name.
class cell_table {
 public:
    [[nodiscard]] const cell_record* find(const cell& where) const;
    /// `wish` stands for what is desired: if it is the same later and the Secret is not, something else
    /// changed it.
    void synced(const cell& where, std::uint64_t wish);
    /// `since` is kept from an earlier failure of the same reason; `now` is RFC 3339.
    void failed(const cell& where, std::string_view reason, std::string message, const std::string& now);
    void forget(const cell& where) { records_.erase(where); }
    /// Calls `visit` with each cell that fails for this reason.
    void for_each_failed(std::string_view reason, const std::function<void(const cell&)>& visit) const;
    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }

 private:
    std::unordered_map<cell, cell_record, cell_hash> records_;
};

}  // namespace reconcile
