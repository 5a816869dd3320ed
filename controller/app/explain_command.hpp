// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Runs 'explain pod': prints the report and returns the exit code of the program.
[[nodiscard]] int explain_command(int argc, const char* const* argv);
