// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/document.hpp"
#include "runtime/leader_election/lease_fsm.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// NOLINTBEGIN(readability-identifier-naming): the names of CLI11
namespace CLI {
class App;
class ParseError;
}  // namespace CLI
// NOLINTEND(readability-identifier-naming)

/// /metrics with TLS, for clients that RBAC allows to read it.
struct secure_metrics {
    std::string host;  // empty: not asked for
    std::uint16_t port = 0;
    std::string certificate_file;
    std::string key_file;

    [[nodiscard]] bool enabled() const noexcept { return !host.empty(); }
};

/// The checked options of the command line and the environment. A flag overrides its variable.
struct config {
    std::vector<std::string> secret_names{"regcred"};
    std::vector<std::string> service_accounts{"default"};  // names, or only "*": all of them
    std::size_t max_document_bytes = dockerconfig::default_document_bytes;
    bool require_admission_policy = false;
    std::string deletion_guard = "confirm";  // or "approve"
    std::string namespace_name;              // empty: the Pod's, or the kubeconfig context's
    std::string kubeconfig;                  // empty: see kubeconfig_path()
    std::string log_level = "info";
    std::string log_format = "json";
    std::string listen_host = "::";  // IPv6 and IPv4
    std::uint16_t listen_port = 8080;
    secure_metrics metrics;
    bool leader_elect = true;
    std::string lease_name = "regcred-controller";  // in the controller's namespace
    runtime::lease_timing lease;
};

/// The program ends now: for --help, --version or a mistake, which the text explains.
struct exit_now {
    int code = 0;
    std::string text;  // for stdout if the code is 0, else for stderr
};

/// Reads a variable of the environment; null: it is not set.
using environment = std::function<const char*(const char* name)>;

/// The kubeconfig, or list of them, for the API server; nothing in a Pod, which has its own configuration. In
/// the order of controller-runtime: --kubeconfig, $KUBECONFIG, the Pod, ~/.kube/config.
[[nodiscard]] std::optional<std::string> kubeconfig_path(const config& options, const environment& variable);

[[nodiscard]] std::variant<config, exit_now> parse_command_line(int argc, const char* const* argv);

/// How the program ends for an error of the parser, which also reports --help and --version as errors.
[[nodiscard]] exit_now exit_for(const CLI::App& app, const CLI::ParseError& error);
