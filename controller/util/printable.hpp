// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace util {

/// The text as one line that a terminal shows as it is: runs of white space and of characters that are not
/// shown or that reorder what is (controls, zero-width and bidirectional marks) become one space, invalid
/// UTF-8 becomes '?'. Never longer than `max_bytes`, never cut inside a character; what was cut ends in
/// "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t max_bytes);

/// Replaces each long run of characters of the base64 alphabets that mixes upper case, lower case and digits
/// by
/// "<redacted>": encoded documents and tokens look like that, names of Kubernetes objects do not.
[[nodiscard]] std::string redact_encoded(std::string_view text);

}  // namespace util
