// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/exec_plugin.hpp"

#include "kube/config/connection_config.hpp"
#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"
#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

using kube::exec_plugin;
using kube::is_interactive;
using kube::read_exec_credential;

namespace {

constexpr auto v1 = "client.authentication.k8s.io/v1";
constexpr auto v1beta1 = "client.authentication.k8s.io/v1beta1";

exec_plugin plugin_of(const std::string& version, const std::string& mode = "Never") {
    exec_plugin plugin;
    plugin.api_version = version;
    plugin.command = "login-helper";
    plugin.interactive_mode = mode;
    return plugin;
}

std::string credential(const std::string& status, const std::string& version = v1) {
    return R"({"kind":"ExecCredential","apiVersion":")" + version + R"(","status":)" + status + "}";
}

/// Writes an executable shell script.
std::string program(const harness::temporary_folder& folder, const std::string& lines) {
    const auto file = folder.write("login-helper", "#!/bin/sh\n" + lines + "\n");
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    return file;
}

std::string kubeconfig_with(const harness::temporary_folder& folder, const std::string& exec) {
    return folder.write("config",
                        "current-context: x\n"
                        "clusters: [{name: c, cluster: {server: 'https://10.0.0.1:6443', "
                        "certificate-authority-data: Y2EtcGVt}}]\n"
                        "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
                        "users: [{name: u, user: {exec: {" +
                            exec + "}}}]\n");
}

kube::result<kube::connection_config> logged_in(const std::string& file) {
    auto server = kube::kubeconfig(file, {.context = {}, .allow_exec = true});
    if (!server) return server;
    if (const auto done = kube::log_in_with_plugin(*server); !done) return done.error();
    return server;
}

}  // namespace

TEST_CASE("interactiveMode decides whether a plugin gets the terminal") {
    for (const bool terminal : {false, true}) {
        CHECK(is_interactive(plugin_of(v1, "Never"), terminal).value() == false);
        CHECK(is_interactive(plugin_of(v1, "IfAvailable"), terminal).value() == terminal);
        CHECK(is_interactive(plugin_of(v1beta1, ""), terminal).value() == terminal);
        CHECK_FALSE(is_interactive(plugin_of(v1, ""), terminal));
        CHECK_FALSE(is_interactive(plugin_of(v1, "Sometimes"), terminal));
        CHECK_FALSE(is_interactive(plugin_of("client.authentication.k8s.io/v1alpha1"), terminal));
    }
    CHECK(is_interactive(plugin_of(v1, "Always"), true).value());
    CHECK_FALSE(is_interactive(plugin_of(v1, "Always"), false));
}

TEST_CASE("KUBERNETES_EXEC_INFO has the cluster only with provideClusterInfo") {
    kube::connection_config server;
    server.server.host = "10.0.0.1";
    server.server.port = 6443;
    server.server_name = "api.example";
    auto plugin = plugin_of(v1);
    const auto brief = parsed(kube::exec_info(plugin, server, "ca-pem", true));
    CHECK(brief == parsed(R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
                              "spec":{"interactive":true}})"));
    plugin.provide_cluster_info = true;
    const auto whole = parsed(kube::exec_info(plugin, server, "ca-pem", false));
    CHECK(whole["spec"] == parsed(R"({"interactive":false,"cluster":{"server":"https://10.0.0.1:6443",
        "tls-server-name":"api.example","certificate-authority-data":"Y2EtcGVt","config":null}})"));
}

TEST_CASE("an ExecCredential holds a token, or a certificate with its key") {
    const auto token = read_exec_credential(
        plugin_of(v1), credential(R"({"token":"CANARY","expirationTimestamp":"2026-01-01T00:00:00Z"})"));
    REQUIRE(token);
    CHECK(token->token.reveal() == "CANARY");
    CHECK(token->certificate.empty());
    const auto certificate = read_exec_credential(
        plugin_of(v1beta1),
        credential(R"({"clientCertificateData":"pem","clientKeyData":"CANARY"})", v1beta1));
    REQUIRE(certificate);
    CHECK(certificate->certificate == "pem");
    CHECK(certificate->key.reveal() == "CANARY");
}

TEST_CASE("output that is not an ExecCredential is an error that does not quote it") {
    for (const auto& output : {std::string("CANARY"),
                               std::string(R"(["CANARY"])"),
                               std::string(R"({"kind":"CANARY"})"),
                               credential(R"({"token":"CANARY"})", v1beta1),
                               credential("null"),
                               credential(R"("CANARY")"),
                               credential("{}"),
                               credential(R"({"token":5})"),
                               credential(R"({"clientCertificateData":"CANARY"})"),
                               credential(R"({"token":"t","clientKeyData":"CANARY"})")}) {
        CAPTURE(output);
        const auto read = read_exec_credential(plugin_of(v1), output);
        REQUIRE_FALSE(read);
        CHECK(read.error().message.find("CANARY") == std::string::npos);
        CHECK(read.error().message.find("login-helper") != std::string::npos);
    }
}

TEST_CASE("a kubeconfig with an exec plugin logs in if exec is allowed, else it is rejected") {
    const harness::temporary_folder folder;
    program(folder,
            R"(test "$1 $TENANT" = "token team-a" || exit 4
case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*10.0.0.1:6443*|*10.0.0.1:6443*'"interactive":false'*) ;; *) exit 5 ;; esac
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"CANARY"}}')");
    const auto file =
        kubeconfig_with(folder,
                        "apiVersion: client.authentication.k8s.io/v1, command: ./login-helper, args: "
                        "[token], env: [{name: TENANT, value: team-a}], interactiveMode: Never, "
                        "provideClusterInfo: true");
    const auto server = logged_in(file);
    REQUIRE(server);
    CHECK(server->token.reveal() == "CANARY");
    CHECK(server->ca_data == "ca-pem");
    const auto rejected = kube::kubeconfig(file);
    REQUIRE_FALSE(rejected);
    CHECK(rejected.error().message.find("exec is not supported") != std::string::npos);
}

TEST_CASE("a plugin gets the CA of a file, and its client certificate is used") {
    const harness::temporary_folder folder;
    folder.write("ca.crt", "ca-pem");
    program(folder, R"(case "$KUBERNETES_EXEC_INFO" in *Y2EtcGVt*) ;; *) exit 5 ;; esac
echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
"status":{"clientCertificateData":"pem","clientKeyData":"CANARY"}}')");
    auto config = kube::kubeconfig(
        kubeconfig_with(folder,
                        "apiVersion: client.authentication.k8s.io/v1, command: ./login-helper, "
                        "interactiveMode: Never, provideClusterInfo: true"),
        {.context = {}, .allow_exec = true});
    REQUIRE(config);
    config->ca_data.clear();
    config->ca_file = folder.path("ca.crt");
    REQUIRE(kube::log_in_with_plugin(*config));
    CHECK(config->client_certificate_data == "pem");
    CHECK(config->client_key_data.reveal() == "CANARY");
    config->ca_file = folder.path("missing");
    CHECK_FALSE(kube::log_in_with_plugin(*config));
}

TEST_CASE("the error of a missing or failing plugin has its name and its install hint") {
    const harness::temporary_folder folder;
    const std::string rest =
        "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, installHint: get it";
    const auto missing = logged_in(kubeconfig_with(folder, rest + ", command: no-such-login-helper"));
    REQUIRE_FALSE(missing);
    CHECK(missing.error().message.find("no-such-login-helper cannot be run") != std::string::npos);
    CHECK(missing.error().message.find("get it") != std::string::npos);
    program(folder, "echo CANARY; exit 7");
    const auto failing = logged_in(kubeconfig_with(folder, rest + ", command: ./login-helper"));
    REQUIRE_FALSE(failing);
    CHECK(failing.error().message.find("failed (exit code 7)") != std::string::npos);
    CHECK(failing.error().message.find("CANARY") == std::string::npos);
    const auto nameless = logged_in(kubeconfig_with(folder, rest));
    REQUIRE_FALSE(nameless);
    CHECK(nameless.error().message.find("exec needs a command") != std::string::npos);
}
