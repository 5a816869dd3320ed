// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// Part of every credential that the tests hand out, and of nothing else.
inline constexpr std::string_view canary = "CANARY-3xK9vTq7Lw2Zp";

/// The first form of the canary that stands in `text`: as it is, in base64 at any offset, or in base64 of
/// that (a docker config holds `auth` in base64, and a Secret holds the config in base64). Empty: none.
[[nodiscard]] std::string find_canary(std::string_view text);

}  // namespace harness
