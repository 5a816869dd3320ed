// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"
#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using kube::kubeconfig;

namespace {

/// A complete kubeconfig: cluster c, user u and context x, each with these members.
std::string config_of(const std::string& cluster, const std::string& user, const std::string& context = "") {
    return "apiVersion: v1\nkind: Config\ncurrent-context: x\n"
           "clusters: [{name: c, cluster: {" +
           cluster +
           "}}]\n"
           "users: [{name: u, user: {" +
           user +
           "}}]\n"
           "contexts: [{name: x, context: {cluster: c, user: u" +
           context + "}}]\n";
}

const std::string server = "server: 'https://10.0.0.1:6443'";
const std::string token = "token: CANARY-token";

std::string message_of(const harness::temporary_folder& folder, const std::string& text) {
    const auto config = kubeconfig(folder.write("config", text));
    REQUIRE_FALSE(config);
    CHECK(config.error().message.find("CANARY") == std::string::npos);
    return config.error().message;
}

void check_rejected(const std::string& text, const std::string& advice) {
    CAPTURE(text);
    const harness::temporary_folder folder;
    const auto message = message_of(folder, text);
    CAPTURE(message);
    CHECK(message.find(advice) != std::string::npos);
    CHECK(message.find(folder.path("config")) != std::string::npos);
}

}  // namespace

TEST_CASE("the token and the CA may be in the file itself") {
    const harness::temporary_folder folder;
    const auto config = kubeconfig(folder.write(
        "config",
        config_of(server + ", certificate-authority-data: Y2EtcGVt, tls-server-name: api.example",
                  token,
                  ", namespace: regcred-system")));
    REQUIRE(config);
    CHECK(config->server.host == "10.0.0.1");
    CHECK(config->server.port == 6443);
    CHECK(config->server_name == "api.example");
    CHECK(config->ca_data == "ca-pem");
    CHECK(config->ca_file.empty());
    CHECK(config->token.reveal() == "CANARY-token");
    CHECK(config->namespace_name == "regcred-system");
}

TEST_CASE("a kubeconfig may be JSON") {
    const harness::temporary_folder folder;
    CHECK(kubeconfig(folder.write(
        "config", R"({"current-context":"x","clusters":[{"name":"c","cluster":{"server":"https://h"}}],
        "users":[{"name":"u","user":{"token":"CANARY","exec":null,"username":""}}],
        "contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}],"preferences":{},"extensions":null})")));
}

TEST_CASE("the path of the server is the prefix of every request") {
    const harness::temporary_folder folder;
    const auto config =
        kubeconfig(folder.write("config", config_of("server: 'https://rancher/k8s/clusters/c-1'", token)));
    REQUIRE(config);
    CHECK(config->path_prefix == "/k8s/clusters/c-1");
}

TEST_CASE("relative paths start at the folder of the file") {
    const harness::temporary_folder folder;
    folder.write("sub/token", "CANARY");
    const auto config = kubeconfig(folder.write(
        "sub/config",
        config_of(server + ", certificate-authority: ca.crt",
                  "client-certificate: ../own.crt, client-key: /etc/own.key, tokenFile: token")));
    REQUIRE(config);
    CHECK(config->ca_file == folder.path("sub/ca.crt"));
    CHECK(config->client_certificate_file == folder.path("sub/../own.crt"));
    CHECK(config->client_key_file == "/etc/own.key");
    CHECK(config->token_file == folder.path("sub/token"));
}

TEST_CASE("the client certificate may be in the file itself") {
    const harness::temporary_folder folder;
    const auto config = kubeconfig(folder.write(
        "config", config_of(server, "client-certificate-data: Y2VydA==, client-key-data: Q0FOQVJZ")));
    REQUIRE(config);
    CHECK(config->client_certificate_data == "cert");
    CHECK(config->client_key_data.reveal() == "CANARY");
}

TEST_CASE("the first of several files that has an entry wins, and the entries are not merged") {
    const harness::temporary_folder folder;
    folder.write("a/token", "CANARY");
    const auto first =
        folder.write("a/first",
                     "current-context: ''\n"
                     "users: [{name: u, user: {tokenFile: token}}]\n"
                     "clusters: [{name: c, cluster: {server: 'https://first', tls-server-name: ''}}]\n");
    const auto second =
        folder.write("b/second", config_of("server: 'https://second', tls-server-name: second", token));
    const auto third = folder.write("c/third", "current-context: other\n");
    const auto config = kubeconfig(folder.path("missing") + ":" + first + "::" + second + ":" + third);
    REQUIRE(config);
    CHECK(config->server.host == "first");
    CHECK(config->server_name.empty());  // not merged by member
    CHECK(config->token_file == folder.path("a/token"));
    CHECK(config->token.empty());
}

TEST_CASE("the options may name another context than the current one") {
    const harness::temporary_folder folder;
    const auto file = folder.write("config", config_of(server, token));
    const auto second =
        folder.write("second",
                     "current-context: y\n"
                     "contexts: [{name: y, context: {cluster: c, user: u, namespace: team-a}}]\n");
    const auto both = file + ":" + second;
    CHECK(kubeconfig(both)->namespace_name.empty());
    CHECK(kubeconfig(both, {.context = "y"})->namespace_name == "team-a");
    const auto empty =
        folder.write("empty", "current-context: ''\nclusters: null\ncontexts: null\nusers: null\n");
    CHECK(kubeconfig(empty + ":" + both, {.context = "y"}));
    const auto absent = kubeconfig(both, {.context = "z"});
    REQUIRE_FALSE(absent);
    CHECK(absent.error().message.find("context z does not exist") != std::string::npos);
}

TEST_CASE("a member that is not supported is an error that says what to do instead") {
    for (const auto* user :
         {"exec: {command: aws}", "auth-provider: {name: gcp}", "username: a, password: CANARY"}) {
        check_rejected(config_of(server, user), "'kubectl create token'");
        check_rejected(config_of(server, token + ", " + user), "not supported");
    }
    for (const auto* user : {"username: a", "password: CANARY"})
        check_rejected(config_of(server, token + ", " + user), "not supported");
    for (const auto* user : {"as: admin", "as-uid: '1'", "as-groups: [a]", "as-user-extra: {a: [b]}"}) {
        check_rejected(config_of(server, token + ", " + user), "is not supported");
    }
    const harness::temporary_folder folder;
    const auto password = folder.write("password", config_of(server, token + ", password: CANARY"));
    CHECK(kubeconfig(password, {.context = {}, .allow_exec = true}).has_error());
    check_rejected(config_of(server + ", insecure-skip-tls-verify: true", token), "certificate-authority");
    check_rejected(config_of(server + ", proxy-url: 'socks5://CANARY'", token),
                   "proxy-url: the URL of the proxy");
    check_rejected(config_of("server: 'http://10.0.0.1'", token), "https://");
    check_rejected(config_of("server: 'https://CANARY:CANARY@10.0.0.1'", token), "https://");
    check_rejected(config_of("", token), "https://");
    check_rejected(config_of(server, ""), "'kubectl create token'");
    check_rejected(config_of(server, "client-key: own.key"), "must be set together");
    check_rejected(config_of(server, token + ", client-certificate: own.crt"), "must be set together");
    check_rejected(config_of(server, "client-certificate-data: 'CANARY!', client-key-data: Q0FOQVJZ"),
                   "must be base64");
    check_rejected(config_of(server + ", certificate-authority-data: 'CANARY!'", token), "must be base64");
}

TEST_CASE("proxy-url is the proxy, before one of the environment, which counts only where it is asked for") {
    const harness::temporary_folder folder;
    const auto direct = folder.write("direct", config_of(server, token));
    const auto proxied =
        folder.write("proxied", config_of(server + ", proxy-url: 'http://u:p@proxy:3128'", token));
    const auto variable = [](const char* name) {
        return std::string_view(name) == "HTTPS_PROXY" ? "http://environment:8080" : nullptr;
    };
    const auto host_of = [](const auto& config) {
        REQUIRE(config);
        return config->server.proxy == nullptr ? std::string() : config->server.proxy->server.host;
    };
    CHECK(host_of(kubeconfig(direct)).empty());
    CHECK(host_of(kubeconfig(proxied)) == "proxy");
    kube::kubeconfig_options options;
    options.proxy_environment = variable;
    CHECK(host_of(kubeconfig(direct, options)) == "environment");
    CHECK(host_of(kubeconfig(proxied, options)) == "proxy");
    options.proxy_environment = [](const char*) { return "https://CANARY"; };
    CHECK(kubeconfig(direct, options).error().message.find("HTTPS_PROXY: ") == 0);
}

TEST_CASE("insecure-skip-tls-verify: false is accepted") {
    const harness::temporary_folder folder;
    CHECK(kubeconfig(folder.write(
        "config",
        config_of(server + ", insecure-skip-tls-verify: false, disable-compression: true", token))));
    CHECK(kubeconfig(folder.write("config", config_of(server + ", insecure-skip-tls-verify: False", token))));
}

TEST_CASE("a kubeconfig whose entries are incomplete is an error that names them") {
    const auto whole = config_of(server, token);
    const auto without = [&whole](const std::string& part, const std::string& instead = "") {
        auto text = whole;
        text.replace(text.find(part), part.size(), instead);
        return text;
    };
    check_rejected(without("current-context: x"), "'kubectl config use-context'");
    check_rejected(without("current-context: x", "current-context: y"), "context y does not exist");
    check_rejected(without("cluster: c", "cluster: d"), "cluster");
    check_rejected(without("user: u}", "user: v}"), "user");
    check_rejected(without("users: [", "users: [{name: u, user: {}}, "), "two entries of the same name");
}

TEST_CASE("a file that is not a kubeconfig is an error that does not quote it") {
    for (const auto* text : {"CANARY",
                             "[CANARY]",
                             "clusters: CANARY",
                             "clusters: [CANARY]",
                             "clusters: [{CANARY: 1}]",
                             "users: [{name: [CANARY], user: {}}]",
                             "a: [CANARY",
                             "\tCANARY: x",
                             "a: &x {CANARY: *y}",
                             "{{{{{{{{CANARY",
                             "a: \"CANARY",
                             "users: {u: {token: CANARY}}",
                             "? {a: CANARY}\n: b\n- c"}) {
        check_rejected(text, "kubeconfig");
    }
    check_rejected(std::string(20'000, '[') + "CANARY", "kubeconfig");
    check_rejected("", "current-context is not set");
    check_rejected("a: b\n  c: d: CANARY\n", "line 2");
}

TEST_CASE("a single file may have a colon in its name") {
    const harness::temporary_folder folder;
    const auto file = folder.write("a:b", config_of(server, token));
    CHECK_FALSE(kubeconfig(file));
    CHECK(kubeconfig(file, {.context = {}, .allow_exec = false, .single_file = true}));
}

TEST_CASE("a tokenFile without a token is an error") {
    const harness::temporary_folder folder;
    const auto config = config_of(server, "tokenFile: token");
    CHECK(message_of(folder, config).find(folder.path("token") + ": No such file") != std::string::npos);
    folder.write("token", " \n");
    CHECK(message_of(folder, config).find(folder.path("token") + " is empty") != std::string::npos);
    folder.write("token", "CANARY");
    CHECK(kubeconfig(folder.path("config")));
    // As in client-go, the inline token is used until the file exists.
    std::filesystem::remove(folder.path("token"));
    CHECK(kubeconfig(folder.write("config", config_of(server, token + ", tokenFile: token"))));
}
