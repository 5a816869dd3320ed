// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/config/exec_plugin.hpp"
#include "kube/error.hpp"
#include "net/http_client.hpp"
#include "util/secret_bytes.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

/// How to reach the API server and with which credentials. Members that end in _file are paths: the client
/// reads the file again when it changes. Where both are set, *_data wins over *_file.
struct connection_config {
    net::endpoint server;
    std::string
        path_prefix;  // of every request path, for a server behind a proxy: without a slash at the end
    std::string server_name;  // tls-server-name
    std::string ca_file;
    std::string ca_data;  // PEM
    std::string client_certificate_file;
    std::string client_certificate_data;  // PEM
    std::string client_key_file;
    util::secret_bytes client_key_data;  // PEM
    std::string token_file;
    util::secret_bytes token;
    std::optional<exec_plugin> exec;  // log_in_with_plugin() must run it before the first request
    std::string namespace_name;       // of the context, or of the Pod
    // The program's name. The API server answers curl and browsers in another form, which it recognises by
    // how the name begins.
    std::string user_agent;     // empty: no User-Agent
    std::string field_manager;  // of every write; empty: the server takes it from the user agent
    std::string impersonate;    // the user that requests are made as; empty: the credentials' own
};

/// From KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and the files that the kubelet mounts in `folder`.
[[nodiscard]] result<connection_config> in_cluster_config(
    const std::string& folder = "/var/run/secrets/kubernetes.io/serviceaccount");

struct kubeconfig_options {
    std::string context;       // empty: current-context
    bool allow_exec = false;   // accept a user whose credentials come from an exec plugin
    bool single_file = false;  // `paths` is one file, whose name may have a ':'
    /// Reads the variables that choose a proxy, HTTPS_PROXY and others; null: they do not count.
    // NOLINTNEXTLINE(readability-redundant-member-init): designated initializers may leave it out
    std::function<const char*(const char* name)> proxy_environment = nullptr;
};

/// From a kubeconfig. `paths` is a list separated by ':', as in KUBECONFIG: the first file that sets a value
/// wins. Refuses, with a message that says what to do: exec plugins unless they are allowed (a controller
/// runs without a user who could log in, and longer than a login lasts), auth-provider plugins, username and
/// password, insecure-skip-tls-verify, http servers, and proxies that are reached with TLS or SOCKS.
[[nodiscard]] result<connection_config> kubeconfig(const std::string& paths,
                                                   const kubeconfig_options& options = {});

struct server_url {
    net::endpoint server;
    std::string path_prefix;  // without a slash at the end
};

/// The host and port of a URL.
struct url_authority {
    net::endpoint server;
    bool has_port = false;
};

/// Parses host, host:port, [v6] or [v6]:port.
[[nodiscard]] std::optional<url_authority> parse_authority(std::string_view text);

/// Parses https://host[:port][/path]. Nothing for another scheme, user info, a query or a fragment.
[[nodiscard]] std::optional<server_url> parse_server_url(std::string_view text);

}  // namespace kube
