// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/printable.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace explain {

/// A name that somebody else has written, for a terminal: as long as names of objects can be, and no control
/// characters.
[[nodiscard]] inline std::string shown(std::string_view text) {
    constexpr std::size_t longest_name = 253;
    return util::one_line(text, longest_name);
}

}  // namespace explain
