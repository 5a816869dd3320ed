// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace kube {

/// How long a Retry-After header (RFC 9110, 10.2.3) asks to wait: seconds, or a date, which is compared with
/// the answer's own Date and never with the local clock. At most 60 s. Nothing for what is neither, negative,
/// or beyond any sense.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                                         std::string_view date);

}  // namespace kube
