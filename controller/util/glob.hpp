// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace util {

/// Whether the whole text matches: `*` any run of bytes, also an empty one, `?` one byte, all else itself.
/// At most pattern × text steps, whatever the pattern: a later `*` never makes an earlier one try again.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view text) noexcept;
/// A glob without `*` and `?` names one thing.
[[nodiscard]] bool glob_is_literal(std::string_view pattern) noexcept;

}  // namespace util
