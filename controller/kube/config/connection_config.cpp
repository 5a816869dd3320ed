// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"

#include "kube/config/secret_file.hpp"
#include "kube/config/server_url.hpp"

#include <cstdlib>

namespace kube {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, and nobody sets
    return value == nullptr ? std::string() : std::string(value);
}

error refused(std::string why) {
    return {error_kind::other, std::move(why)};
}

}  // namespace

result<connection_config> in_cluster_config(const std::string& folder) {
    connection_config config;
    config.server.host = environment("KUBERNETES_SERVICE_HOST");
    const auto port = parse_port(environment("KUBERNETES_SERVICE_PORT"));
    if (config.server.host.empty() || !port) {
        return refused(
            "not inside a cluster (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set): "
            "name a kubeconfig with --kubeconfig");
    }
    config.server.port = *port;
    config.token_file = folder + "/token";
    config.ca_file = folder + "/ca.crt";
    // Read here once only to say at the start what is missing.
    for (const auto& file : {config.token_file, config.ca_file}) {
        const auto text = read_file(file);
        if (!text) return refused(text.error().message + "; is automountServiceAccountToken off?");
        if (text->empty()) return refused(file + " is empty");
    }
    if (const auto name = read_file(folder + "/namespace")) config.namespace_name = name->reveal();
    return config;
}

}  // namespace kube
