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

/// `exec` of a kubeconfig's user: a program that logs in to the cluster and prints what the server is to be
/// shown (client.authentication.k8s.io).
struct exec_plugin {
    std::string api_version;
    std::string command;  // looked for in PATH unless it has a slash
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  // in addition to this process's
    std::string interactive_mode;                    // Never, IfAvailable, Always; empty: not given
    std::string install_hint;
    bool provide_cluster_info = false;
};

/// What a plugin printed.
struct exec_credential {
    util::secret_bytes token;
    std::string certificate;  // PEM
    util::secret_bytes key;   // PEM
};

/// Whether the plugin is to have the terminal. An error when it must and there is none, or when the
/// kubeconfig does not say what it must (v1) or says what nobody knows.
[[nodiscard]] result<bool> is_interactive(const exec_plugin& plugin, bool has_terminal);

/// What the plugin finds in KUBERNETES_EXEC_INFO. `ca` is the text of the server's CA.
[[nodiscard]] std::string exec_info(const exec_plugin& plugin,
                                    const connection_config& server,
                                    std::string_view ca,
                                    bool interactive);

/// Reads what the plugin printed. Errors say what is missing, never what is there.
[[nodiscard]] result<exec_credential> read_exec_credential(const exec_plugin& plugin,
                                                           std::string_view output);

/// Runs `server.exec`, without a shell and with its error output left to the user, and puts the token or the
/// client certificate into `server`. Does nothing without a plugin. It waits as long as the plugin runs,
/// which may ask the user for something.
[[nodiscard]] result<void> log_in_with_plugin(connection_config& server);

}  // namespace kube
