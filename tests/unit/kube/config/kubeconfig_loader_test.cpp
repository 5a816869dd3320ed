// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/kubeconfig_loader.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::load_kubeconfig;

TEST_CASE("an entry has its scalars, the names of its other members, and where it comes from") {
    const harness::temporary_folder folder;
    const auto file = folder.write(
        "config",
        "users: [{name: u, user: {token: CANARY-token, tokenFile: t, username: '', as-groups: [a]}}]");
    const auto content = load_kubeconfig(file);
    REQUIRE(content);
    const auto& user = content->users.at("u");
    CHECK(user.file == file);
    CHECK(user.secret("token").reveal() == "CANARY-token");
    CHECK(user.path("tokenFile") == folder.path("t"));
    CHECK(user.path("client-key").empty());
    CHECK(user.has("as-groups"));
    CHECK(user.text("as-groups").empty());
    CHECK_FALSE(user.has("username"));  // empty members count as absent
    CHECK_FALSE(user.exec);
}

TEST_CASE("an absolute path of an entry stays as it is") {
    const harness::temporary_folder folder;
    const auto content =
        load_kubeconfig(folder.write("config", "users: [{name: u, user: {tokenFile: /run/token}}]"));
    REQUIRE(content);
    CHECK(content->users.at("u").path("tokenFile") == "/run/token");
}

TEST_CASE("the exec plugin of a user is read, and a relative command starts at the folder of the file") {
    const harness::temporary_folder folder;
    const auto plugin_of = [&folder](const std::string& command) {
        const auto content = load_kubeconfig(
            folder.write("config",
                         "users: [{name: u, user: {exec: {apiVersion: v1, command: " + command +
                             ", args: [a, b], env: [{name: X, value: y}], "
                             "interactiveMode: Never, installHint: hint, "
                             "provideClusterInfo: true}}}]"));
        REQUIRE(content);
        CHECK(content->users.at("u").has("exec"));
        return content->users.at("u").exec.value();
    };
    const auto plugin = plugin_of("./bin/login");
    CHECK(plugin.command == folder.path("./bin/login"));
    CHECK(plugin.api_version == "v1");
    CHECK(plugin.arguments == std::vector<std::string>{"a", "b"});
    CHECK(plugin.environment.at("X") == "y");
    CHECK(plugin.interactive_mode == "Never");
    CHECK(plugin.install_hint == "hint");
    CHECK(plugin.provide_cluster_info);
    CHECK(plugin_of("aws").command == "aws");  // found in PATH
}

TEST_CASE("the first of several files that has an entry or a current-context wins, as a whole") {
    const harness::temporary_folder folder;
    const auto first = folder.write("a/first",
                                    "current-context: ''\n"
                                    "clusters: [{name: c, cluster: {server: first}}]\n");
    const auto second = folder.write("b/second",
                                     "current-context: x\n"
                                     "clusters: [{name: c, cluster: {server: second, tls-server-name: n}},\n"
                                     "           {name: d, cluster: {server: second}}]\n");
    const auto third = folder.write("c/third", "current-context: other\n");
    const auto content = load_kubeconfig(folder.path("missing") + ":" + first + "::" + second + ":" + third);
    REQUIRE(content);
    CHECK(content->current_context == "x");
    CHECK(content->clusters.at("c").text("server") == "first");
    CHECK_FALSE(content->clusters.at("c").has("tls-server-name"));
    CHECK(content->clusters.at("d").text("server") == "second");
}

TEST_CASE("an empty file and empty lists have no entries") {
    const harness::temporary_folder folder;
    for (const auto* text : {"", "clusters: null\ncontexts:\nusers: []\n"}) {
        const auto content = load_kubeconfig(folder.write("config", text));
        REQUIRE(content);
        CHECK(content->clusters.empty());
        CHECK(content->contexts.empty());
        CHECK(content->users.empty());
    }
}

TEST_CASE("a missing file is an error unless there are other files") {
    const harness::temporary_folder folder;
    CHECK(load_kubeconfig(folder.path("missing")).error().message ==
          "cannot read " + folder.path("missing") + ": No such file or directory");
    CHECK(load_kubeconfig(folder.path("a") + ":" + folder.path("b")).error().message.find("none of") !=
          std::string::npos);
    CHECK(load_kubeconfig(folder.path("a") + ":" + folder.write("b", "")));
    for (const auto* paths : {"", ":"})
        CHECK(load_kubeconfig(paths).error().message == "the list of kubeconfig files is empty");
}

TEST_CASE("a single file may have a colon in its name") {
    const harness::temporary_folder folder;
    const auto file = folder.write("a:b", "current-context: x");
    CHECK_FALSE(load_kubeconfig(file));
    CHECK(load_kubeconfig(file, true)->current_context == "x");
}
