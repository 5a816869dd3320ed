// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/log/log.hpp"

#include <string>
#include <string_view>

namespace runtime {

/// One record as a line, without newline. json: an object with ts, level, msg and then the fields; text: the
/// same for people's eyes. Control characters are escaped and bytes that are not UTF-8 replaced by U+FFFD, so
/// that a record is always one line of valid UTF-8, whatever is logged.
[[nodiscard]] std::string format_record(
    log_format format, wall_time when, log_level level, std::string_view message, log_fields fields);

}  // namespace runtime
