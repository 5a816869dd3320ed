// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What the command line and the environment say, checked. A flag wins over its variable.
struct config {
    std::vector<std::string> secret_names{"regcred"};
    std::string namespace_name;  // empty: the Pod's, or the kubeconfig context's
    std::string kubeconfig;      // empty: in-cluster, else KUBECONFIG, else ~/.kube/config
    std::string log_level = "info";
    std::string log_format = "json";
    std::string listen_host = "127.0.0.1";
    std::uint16_t listen_port = 8080;
};

/// The program is to end now: --help, --version, or a mistake that has been explained.
struct exit_now {
    int code = 0;
    std::string text;  // for stdout when the code is 0, else for stderr
};

[[nodiscard]] std::variant<config, exit_now> parse_command_line(int argc, const char* const* argv);
