// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace runtime {

/// Which keys go first: a queue serves a priority when it has no key of a higher one.
enum class priority { urgent, normal, bulk };
inline constexpr std::size_t priority_count = 3;

[[nodiscard]] constexpr std::size_t index_of(priority level) noexcept {
    return static_cast<std::size_t>(level);
}
[[nodiscard]] constexpr priority more_urgent(priority a, priority b) noexcept {
    return index_of(a) < index_of(b) ? a : b;
}

/// For each priority the ticket of the key that has waited longest (tickets grow); nothing where no key
/// waits.
using ready_heads = std::array<std::optional<std::uint64_t>, priority_count>;

/// Strict priority, with a share for lower ones: after `passed_over_limit` choices in a row that passed over
/// a waiting key of a lower priority, the next choice is the lower priority whose key has waited longest. So
/// of 8 choices at least one is for them, however much urgent work there is.
class priority_picker {
 public:
    static constexpr unsigned passed_over_limit = 7;

    /// The priority to serve; nothing when no key waits.
    [[nodiscard]] std::optional<priority> pick(const ready_heads& heads) noexcept;

 private:
    unsigned passed_over_ = 0;
};

}  // namespace runtime
