// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace runtime {

/// Who goes first: a lane is served when those before it are empty.
enum class lane { urgent, normal, bulk };
inline constexpr std::size_t lane_count = 3;

[[nodiscard]] constexpr std::size_t index_of(lane which) noexcept {
    return static_cast<std::size_t>(which);
}
[[nodiscard]] constexpr lane more_urgent(lane a, lane b) noexcept {
    return index_of(a) < index_of(b) ? a : b;
}

/// For each lane the ticket of the one who has waited longest there (tickets grow), or nothing if it is
/// empty.
using lane_heads = std::array<std::optional<std::uint64_t>, lane_count>;

/// Strict priority, with a share for those behind: when `passed_over_limit` choices in a row have passed over
/// a lane that was waiting, the next one is for the longest waiting of the lanes behind. So of 8 choices at
/// least one is for them, however much urgent work there is.
class lane_picker {
 public:
    static constexpr unsigned passed_over_limit = 7;

    /// The lane to serve, or nothing if all are empty.
    [[nodiscard]] std::optional<lane> pick(const lane_heads& heads) noexcept;

 private:
    unsigned passed_over_ = 0;
};

}  // namespace runtime
