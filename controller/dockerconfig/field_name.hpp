// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace dockerconfig {

/// Whether a name in a document is the field's (lower-case letters) to Go's encoding/json: simple Unicode
/// folding, by which two characters that are not ASCII equal letters.
[[nodiscard]] bool is_field(std::string_view name, std::string_view field) noexcept;

}  // namespace dockerconfig
