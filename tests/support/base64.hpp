// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace harness {

/// Standard alphabet, padded.
[[nodiscard]] std::string to_base64(std::string_view bytes);
/// Throws std::invalid_argument on anything else than what to_base64() writes.
[[nodiscard]] std::string from_base64(std::string_view text);

}  // namespace harness
