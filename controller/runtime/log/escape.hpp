// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace runtime {

/// Appends the text as the inside of a JSON string, in ASCII: whatever is not is escaped, so that no text can
/// act upon a terminal or make two lines of one. A byte that is no part of valid UTF-8 becomes U+FFFD.
void append_json_escaped(std::string& to, std::string_view text);

}  // namespace runtime
