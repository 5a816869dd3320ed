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

inline constexpr std::size_t max_plugin_output = 256U * 1024;

struct plugin_invocation {
    std::string command;  // looked up in PATH unless it has a slash
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // added to this process's; wins over it
    bool inherit_stdin = false;                      // otherwise stdin is empty
};

struct plugin_result {
    int exit_code = 0;          // 128 + the signal's number if a signal ended it
    util::secret_bytes output;  // stdout
};

/// Runs a program until it ends, without a shell. It inherits stderr and no other open file of this process.
/// An error when it cannot be started, and when it prints more than max_plugin_output: then it is killed.
[[nodiscard]] result<plugin_result> run_plugin(const plugin_invocation& invocation);

}  // namespace kube
