// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string_view>

namespace runtime {

/// Compares two resourceVersions of one type of object. They are comparable as decimal integers of any length
/// without leading zeros since Kubernetes 1.35 (KEP-5504), and were so in fact before; "" and "0" are no
/// versions. unordered: one of them is not such a number, and nothing can be said.
[[nodiscard]] std::partial_ordering compare_resource_versions(std::string_view a,
                                                              std::string_view b) noexcept;

/// Whether `a` is known to be older than `b`.
[[nodiscard]] inline bool is_older(std::string_view a, std::string_view b) noexcept {
    return compare_resource_versions(a, b) == std::partial_ordering::less;
}

}  // namespace runtime
