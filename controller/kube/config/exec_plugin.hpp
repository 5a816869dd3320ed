// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "util/secret_bytes.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kube {

struct connection_config;

/// `exec` of a kubeconfig's user: a program that prints credentials for the server
/// (client.authentication.k8s.io).
struct exec_plugin {
    std::string api_version;
    std::string command;  // looked up in PATH unless it has a slash
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // added to this process's
    std::string interactive_mode;                    // Never, IfAvailable, Always; empty: not set
    std::string install_hint;
    bool provide_cluster_info = false;
};

/// The credentials that a plugin printed.
struct exec_credential {
    util::secret_bytes token;
    std::string certificate;  // PEM
    util::secret_bytes key;   // PEM
};

/// Whether the plugin gets the terminal. An error when it needs one and there is none, and for an apiVersion
/// or an interactiveMode that is unknown or, where required, missing.
[[nodiscard]] result<bool> is_interactive(const exec_plugin& plugin, bool has_terminal);

/// The value of KUBERNETES_EXEC_INFO for the plugin. `ca` is the server's CA bundle as PEM.
[[nodiscard]] std::string exec_info(const exec_plugin& plugin,
                                    const connection_config& config,
                                    std::string_view ca,
                                    bool interactive);

/// Reads the ExecCredential that the plugin printed. Errors never quote the output.
[[nodiscard]] result<exec_credential> read_exec_credential(const exec_plugin& plugin,
                                                           std::string_view output);

/// Runs `config.exec` without a shell and stores the token or the client certificate that it prints in
/// `config`. Does nothing without a plugin. Blocks until the plugin ends: it may prompt the user. The plugin
/// writes to this process's stderr.
[[nodiscard]] result<void> log_in_with_plugin(connection_config& config);

}  // namespace kube
