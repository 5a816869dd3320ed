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
constexpr json_bounds output_bounds{.bytes = most_plugin_output, .depth = 32, .values = 1000};

error refused(const exec_plugin& plugin, const std::string& what) {
    return {error_kind::other, "the kubeconfig's exec plugin " + plugin.command + " " + what};
}

/// Takes the text out of the document, so that no copy of it is left there.
util::secret_bytes take_secret(json& object, const char* name) {
    if (member(object, name) == nullptr || !object[name].is_string()) return {};
    return util::secret_bytes(std::move(object[name].get_ref<std::string&>()));
}

json cluster_info(const connection_config& server, std::string_view ca) {
    json cluster = {{"server", "https://" + server.server.authority() + server.path_prefix}};
    if (!server.server_name.empty()) cluster["tls-server-name"] = server.server_name;
    if (!ca.empty()) {
        std::string encoded;
        util::append_base64(encoded, ca);
        cluster["certificate-authority-data"] = encoded;
    }
    cluster["config"] = nullptr;
    return cluster;
}

result<std::string> ca_of(const connection_config& server) {
    if (!server.ca_data.empty() || server.ca_file.empty()) return server.ca_data;
    const auto text = read_file(server.ca_file);
    if (!text) return text.error();
    return std::string(text->reveal());
}

}  // namespace

result<bool> is_interactive(const exec_plugin& plugin, bool has_terminal) {
    if (plugin.api_version != v1 && plugin.api_version != v1beta1)
        return refused(plugin,
                       "has an apiVersion other than " + std::string(v1) + " and " + std::string(v1beta1));
    const auto& mode = plugin.interactive_mode;
    if (mode == "Never") return false;
    if (mode == "IfAvailable" || (mode.empty() && plugin.api_version == v1beta1)) return has_terminal;
    if (mode != "Always") return refused(plugin, "needs an interactiveMode: Never, IfAvailable or Always");
    if (!has_terminal) return refused(plugin, "wants to ask something, and there is no terminal");
    return true;
}

std::string exec_info(const exec_plugin& plugin,
                      const connection_config& server,
                      std::string_view ca,
                      bool interactive) {
    json spec = {{"interactive", interactive}};
    if (plugin.provide_cluster_info) spec["cluster"] = cluster_info(server, ca);
    return to_text({{"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", spec}});
}

result<exec_credential> read_exec_credential(const exec_plugin& plugin, std::string_view output) {
    auto document = parse_bounded(output, output_bounds);
    if (!document) return refused(plugin, "printed no JSON");
    if (string_at(*document, "kind") != "ExecCredential") return refused(plugin, "printed no ExecCredential");
    if (string_at(*document, "apiVersion") != plugin.api_version)
        return refused(plugin, "printed an ExecCredential of another apiVersion than " + plugin.api_version);
    if (member(*document, "status") == nullptr)
        return refused(plugin, "printed an ExecCredential without status");
    auto& status = (*document)["status"];
    exec_credential credential;
    credential.token = take_secret(status, "token");
    credential.certificate = string_at(status, "clientCertificateData");
    credential.key = take_secret(status, "clientKeyData");
    if (credential.certificate.empty() != credential.key.empty())
        return refused(plugin, "printed a client certificate or its key, not both");
    if (credential.token.empty() && credential.key.empty())
        return refused(plugin, "printed neither a token nor a client certificate");
    return credential;
}

result<void> log_in_with_plugin(connection_config& server) {
    if (!server.exec) return {};
    const auto& plugin = *server.exec;
    const auto interactive = is_interactive(plugin, isatty(STDIN_FILENO) == 1);
    if (!interactive) return interactive.error();
    const auto ca = ca_of(server);
    if (!ca) return ca.error();
    auto environment = plugin.environment;
    environment["KUBERNETES_EXEC_INFO"] = exec_info(plugin, server, *ca, *interactive);
    const auto ended = run_plugin({plugin.command, plugin.arguments, environment, *interactive});
    if (!ended) {
        const auto hint = plugin.install_hint.empty() ? "" : ". Hint: " + plugin.install_hint;
        return refused(plugin, "cannot be run: " + ended.error().message + hint);
    }
    if (ended->code != 0) return refused(plugin, "failed (exit code " + std::to_string(ended->code) + ")");
    auto credential = read_exec_credential(plugin, ended->output.reveal());
    if (!credential) return credential.error();
    server.token = std::move(credential->token);
    server.client_certificate_data = std::move(credential->certificate);
    server.client_key_data = std::move(credential->key);
    return {};
}

}  // namespace kube
