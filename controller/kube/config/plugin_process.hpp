// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "util/secret_bytes.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace kube {

inline constexpr std::size_t most_plugin_output = 256U * 1024;

struct plugin_call {
    std::string command;  // looked for in PATH unless it has a slash
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // in addition to this process's, and before it
    bool has_input = false;                          // this process's stdin, else nothing
};

struct plugin_end {
    int code = 0;               // 128 + the signal's number if one ended it
    util::secret_bytes output;  // stdout
};

/// Runs a program to its end, without a shell. Its error output is this process's; of this process's other
/// files it gets none. An error when it cannot be started or prints more than most_plugin_output, in which
/// case it is ended.
[[nodiscard]] result<plugin_end> run_plugin(const plugin_call& what);

}  // namespace kube
