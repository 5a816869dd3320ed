// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/queue/priority.hpp"

#include <array>
#include <cstddef>
#include <limits>

namespace runtime {

/// How many keys of each priority are worked on at the same time. Priorities order only the taking, so bulk
/// work that hangs would else keep all workers.
class running_limits {
 public:
    /// Of `workers` keys `reserved` are never bulk, and half of these are urgent. One worker is left for
    /// every priority. Before it is called there is no limit.
    void reserve(std::size_t workers, std::size_t reserved) noexcept;

    /// Whether one more key of this priority may run.
    [[nodiscard]] bool admits(priority level) const noexcept;
    void begin(priority level) noexcept { ++running_[index_of(level)]; }
    void end(priority level) noexcept { --running_[index_of(level)]; }
    [[nodiscard]] std::size_t count() const noexcept { return at_or_below(priority::urgent); }

 private:
    /// Keys that run with this priority or a lower one.
    [[nodiscard]] std::size_t at_or_below(priority level) const noexcept;

    static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

    std::array<std::size_t, priority_count> limits_{unlimited, unlimited, unlimited};  // of at_or_below()
    std::array<std::size_t, priority_count> running_{};
};

}  // namespace runtime
