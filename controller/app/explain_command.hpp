// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// 'explain pod': reads, prints the report, and returns the program's exit code.
[[nodiscard]] int explain_command(int argc, const char* const* argv);
