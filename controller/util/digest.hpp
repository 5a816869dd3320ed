// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace util {

/// HMAC-SHA256 with a random key of this process. It shows whether bytes are equal without keeping them. A
/// plain hash would reveal a weak password; this digest is of no use outside the process.
using keyed_digest = std::array<std::uint8_t, 32>;
[[nodiscard]] keyed_digest digest_of(std::string_view bytes);

}  // namespace util
