// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/config/exec_plugin.hpp"
#include "kube/error.hpp"
#include "net/http_client.hpp"
#include "util/secret_bytes.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace kube {

/// Where the API server is and how to be somebody there. Texts that end in _file are paths, read when needed
/// and again when they change; *_data, where set, wins over the file.
struct connection_config {
    net::endpoint server;
    std::string path_prefix;  // in front of every path, for a server behind a proxy
    std::string server_name;  // tls-server-name
    std::string ca_file;
    std::string ca_data;  // PEM
    std::string client_certificate_file;
    std::string client_certificate_data;  // PEM
    std::string client_key_file;
    util::secret_bytes client_key_data;  // PEM
    std::string token_file;
    util::secret_bytes token;
    std::optional<exec_plugin> exec;  // to be run before use: log_in_with_plugin()
    std::string namespace_name;       // of the context, or of the Pod
    // The API server answers in another form to names that begin like a browser's or like curl's.
    std::string user_agent = "regcred-controller";
};

/// From KUBERNETES_SERVICE_HOST/PORT and the files that the kubelet mounts under `folder`.
[[nodiscard]] result<connection_config> in_cluster_config(
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

struct kubeconfig_choice {
    std::string context;      // empty: the current one
    bool allow_exec = false;  // a user whose credentials come from a plugin is not refused
};

/// From a kubeconfig: `paths` is a list separated by ':' (as in KUBECONFIG), of which the first that sets a
/// thing wins. Refused, with a message that says what to do: exec (unless
/// it is taken: a controller runs where nobody logs in, and for longer than a login lasts) and auth-provider
/// plugins, username/password, insecure-skip-tls-verify, proxy-url, http servers.
[[nodiscard]] result<connection_config> kubeconfig(const std::string& paths,
                                                   const kubeconfig_choice& choice = {});

}  // namespace kube
