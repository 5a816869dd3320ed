// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/utf8.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace util {

/// The text as one line that is safe to print on a terminal. White space, invisible characters and those that
/// reorder text (controls, zero-width and bidirectional marks) become one space for each run; each invalid
/// byte of UTF-8 becomes '?'. A text longer than `max_bytes` is cut between two characters and ends in "...".
[[nodiscard]] std::string one_line(std::string_view text, std::size_t max_bytes);

/// Replaces each long run of base64 characters that mixes upper case, lower case and digits by "<redacted>":
/// encoded documents and tokens look like that, names of Kubernetes objects do not.
[[nodiscard]] std::string redact_encoded(std::string_view text);

}  // namespace util
