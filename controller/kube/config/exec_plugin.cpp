// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/exec_plugin.hpp"

#include "kube/config/connection_config.hpp"
#include "kube/config/plugin_process.hpp"
#include "kube/config/secret_file.hpp"
#include "kube/json.hpp"
#include "util/base64.hpp"

#include <unistd.h>

#include <cstdlib>
#include <utility>

namespace kube {

namespace {

constexpr std::string_view v1 = "client.authentication.k8s.io/v1";
constexpr std::string_view v1beta1 = "client.authentication.k8s.io/v1beta1";
constexpr json_bounds output_bounds{.bytes = max_plugin_output, .depth = 32, .values = 1000};

/// `predicate` follows the plugin's name: "failed".
error plugin_error(const exec_plugin& plugin, const std::string& predicate) {
    return {error_kind::other, "the kubeconfig's exec plugin " + plugin.command + " " + predicate};
}

/// Moves the string out of the document, so that the document keeps no copy of it.
util::secret_bytes take_secret(json& object, const char* name) {
    if (member(object, name) == nullptr || !object[name].is_string()) return {};
    return util::secret_bytes(std::move(object[name].get_ref<std::string&>()));
}

json cluster_info(const connection_config& config, std::string_view ca) {
    json cluster = {{"server", "https://" + config.server.authority() + config.path_prefix}};
    if (!config.server_name.empty()) cluster["tls-server-name"] = config.server_name;
    if (!ca.empty()) {
        std::string encoded;
        util::append_base64(encoded, ca);
        cluster["certificate-authority-data"] = encoded;
    }
    cluster["config"] = nullptr;
    return cluster;
}

result<std::string> ca_of(const connection_config& config) {
    if (!config.ca_data.empty() || config.ca_file.empty()) return config.ca_data;
    const auto text = read_file(config.ca_file);
    if (!text) return text.error();
    return std::string(text->reveal());
}

}  // namespace

result<bool> is_interactive(const exec_plugin& plugin, bool has_terminal) {
    if (plugin.api_version != v1 && plugin.api_version != v1beta1)
        return plugin_error(plugin,
                            "must have the apiVersion " + std::string(v1) + " or " + std::string(v1beta1));
    const auto& mode = plugin.interactive_mode;
    if (mode == "Never") return false;
    if (mode == "IfAvailable" || (mode.empty() && plugin.api_version == v1beta1)) return has_terminal;
    if (mode != "Always")
        return plugin_error(plugin, "must have the interactiveMode Never, IfAvailable or Always");
    if (!has_terminal)
        return plugin_error(plugin, "has the interactiveMode Always, and stdin is not a terminal");
    return true;
}

std::string exec_info(const exec_plugin& plugin,
                      const connection_config& config,
                      std::string_view ca,
                      bool interactive) {
    json spec = {{"interactive", interactive}};
    if (plugin.provide_cluster_info) spec["cluster"] = cluster_info(config, ca);
    return to_text({{"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", spec}});
}

result<exec_credential> read_exec_credential(const exec_plugin& plugin, std::string_view output) {
    auto document = parse_bounded(output, output_bounds);
    if (!document) return plugin_error(plugin, "printed something that is not JSON");
    if (string_at(*document, "kind") != "ExecCredential")
        return plugin_error(plugin, "printed something that is not an ExecCredential");
    if (string_at(*document, "apiVersion") != plugin.api_version)
        return plugin_error(plugin,
                            "printed an ExecCredential whose apiVersion is not " + plugin.api_version);
    if (member(*document, "status") == nullptr)
        return plugin_error(plugin, "printed an ExecCredential without status");
    auto& status = (*document)["status"];
    exec_credential credential;
    credential.token = take_secret(status, "token");
    credential.certificate = string_at(status, "clientCertificateData");
    credential.key = take_secret(status, "clientKeyData");
    if (credential.certificate.empty() != credential.key.empty())
        return plugin_error(plugin, "printed only one of clientCertificateData and clientKeyData");
    if (credential.token.empty() && credential.key.empty())
        return plugin_error(plugin, "printed neither a token nor a client certificate");
    return credential;
}

result<void> log_in_with_plugin(connection_config& config) {
    if (!config.exec) return {};
    const auto& plugin = *config.exec;
    const auto interactive = is_interactive(plugin, isatty(STDIN_FILENO) == 1);
    if (!interactive) return interactive.error();
    const auto ca = ca_of(config);
    if (!ca) return ca.error();
    auto environment = plugin.environment;
    environment["KUBERNETES_EXEC_INFO"] = exec_info(plugin, config, *ca, *interactive);
    const auto run = run_plugin({plugin.command, plugin.arguments, environment, *interactive});
    if (!run) {
        const auto hint = plugin.install_hint.empty() ? "" : ". Hint: " + plugin.install_hint;
        return plugin_error(plugin, "cannot be run: " + run.error().message + hint);
    }
    if (run->exit_code != 0)
        return plugin_error(plugin, "failed (exit code " + std::to_string(run->exit_code) + ")");
    auto credential = read_exec_credential(plugin, run->output.reveal());
    if (!credential) return credential.error();
    config.token = std::move(credential->token);
    config.client_certificate_data = std::move(credential->certificate);
    config.client_key_data = std::move(credential->key);
    return {};
}

}  // namespace kube
