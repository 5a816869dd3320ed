// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"

#include <chrono>
#include <string>
#include <variant>

/// The checked options of 'explain pod'.
struct explain_options {
    std::string pod;
    std::string namespace_name;  // empty: the context's
    std::string kubeconfig;      // empty: see kubeconfig_path()
    std::string context;         // empty: the current one
    std::string user;            // of --as; empty: the kubeconfig's own
    std::chrono::milliseconds request_timeout{60'000};
};

/// Whether the program is to explain and not to run the controller: its first argument is 'explain', or its
/// own name is that of a kubectl plugin.
[[nodiscard]] bool is_explain_command(int argc, const char* const* argv);

[[nodiscard]] std::variant<explain_options, exit_now> parse_explain_command_line(int argc,
                                                                                 const char* const* argv);

/// Runs 'explain pod': prints the report and returns the exit code of the program.
[[nodiscard]] int explain_command(int argc, const char* const* argv);
