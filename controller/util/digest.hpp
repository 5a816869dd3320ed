// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace util {

/// HMAC-SHA256 under a key that is random for each process: tells whether bytes are equal without keeping
/// them, and is worth nothing outside the process (a plain hash of a weak password is the password).
using keyed_digest = std::array<std::uint8_t, 32>;
[[nodiscard]] keyed_digest digest_of(std::string_view bytes);

}  // namespace util
