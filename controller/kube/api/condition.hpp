// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

/// metav1.Condition.
struct condition {
    std::string type;
    std::string status;  // True, False, Unknown
    std::string reason;
    std::string message;
    std::int64_t observed_generation = 0;
    std::string last_transition_time;  // RFC 3339
    friend bool operator==(const condition&, const condition&) = default;
};

/// maxLength in metav1.Condition's schema.
inline constexpr std::size_t condition_message_limit = 32'768;

/// Sets one condition, as meta.SetStatusCondition does: lastTransitionTime becomes `now` (RFC 3339) if
/// `status` changes and stays otherwise; that of `condition` is ignored. Cuts the message at the limit,
/// between two characters. Keeps the list sorted, Ready first. Returns whether anything changed. A type,
/// status or reason that the API server would reject is a programming error (std::logic_error).
bool set_condition(std::vector<kube::condition>& conditions, kube::condition condition, std::string_view now);

/// Returns whether the list had one of that type.
bool remove_condition(std::vector<kube::condition>& conditions, std::string_view type);

/// Null when there is none. Valid until the list changes.
[[nodiscard]] const kube::condition* find_condition(const std::vector<kube::condition>& conditions,
                                                    std::string_view type) noexcept;

}  // namespace kube
