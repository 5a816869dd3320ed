// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace kube {

/// How long a Retry-After header (RFC 9110, 10.2.3) asks the client to wait, at most 60 s. A date is compared
/// with the response's Date, never with the local clock. Nothing for a value that is neither a number of
/// seconds that fits 32 bits nor a date, and for a date in the past.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::string_view date);

}  // namespace kube
