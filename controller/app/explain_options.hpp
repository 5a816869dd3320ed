// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"

#include <string>
#include <variant>

/// What 'explain pod' is asked, checked.
struct explain_options {
    std::string pod;
    std::string namespace_name;  // empty: the context's
    std::string kubeconfig;      // empty: see kubeconfig_path()
    std::string context;         // empty: the current one
};

/// Whether the program is to explain rather than to control: its first argument says so, or it was called by
/// the name of a plugin for kubectl.
[[nodiscard]] bool is_explain_command(int argc, const char* const* argv);

[[nodiscard]] std::variant<explain_options, exit_now> parse_explain_command_line(int argc,
                                                                                 const char* const* argv);
