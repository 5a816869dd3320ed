// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/log.hpp"

#include <string>
#include <string_view>

namespace runtime {

/// One record as a line without its newline. json: an object with ts, level, msg and then the fields. text:
/// the same, for people. Every record is one line of printable ASCII: all other characters are escaped as in
/// JSON, so that no text can control a terminal or begin a line, and invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string format_record(
    log_format format, wall_time time, log_level level, std::string_view message, log_fields fields);

}  // namespace runtime
