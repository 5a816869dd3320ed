// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

/// Sets the two variables of a Pod until it is destroyed.
class pod_environment {
 public:
    pod_environment(const char* host, const char* port) {
        set("KUBERNETES_SERVICE_HOST", host);
        set("KUBERNETES_SERVICE_PORT", port);
    }
    ~pod_environment() {
        set("KUBERNETES_SERVICE_HOST", nullptr);
        set("KUBERNETES_SERVICE_PORT", nullptr);
    }
    pod_environment(const pod_environment&) = delete;
    pod_environment& operator=(const pod_environment&) = delete;

 private:
    static void set(const char* name, const char* value) {
        if (value == nullptr) {
            ::unsetenv(name);
        } else {
            ::setenv(name, value, 1);
        }
    }
};

struct mounted_folder : harness::temporary_folder {
    mounted_folder() {
        write("sa/token", "CANARY-token");
        write("sa/ca.crt", "ca");
        write("sa/namespace", "regcred-system");
    }
};

}  // namespace

TEST_CASE("in a cluster the configuration comes from the environment and the mounted files") {
    const mounted_folder mounted;
    for (const auto* host : {"10.96.0.1", "fd00::1"}) {
        const pod_environment pod(host, "443");
        const auto config = kube::in_cluster_config(mounted.path("sa"));
        REQUIRE(config);
        CHECK(config->server.host == host);
        CHECK(config->server.port == 443);
        CHECK(config->token_file == mounted.path("sa/token"));
        CHECK(config->ca_file == mounted.path("sa/ca.crt"));
        CHECK(config->namespace_name == "regcred-system");
        CHECK(config->token.empty());
    }
}

TEST_CASE("the namespace file may be missing, the token and the CA may not") {
    const pod_environment pod("10.96.0.1", "443");
    const mounted_folder mounted;
    std::filesystem::remove(mounted.path("sa/namespace"));
    CHECK(kube::in_cluster_config(mounted.path("sa"))->namespace_name.empty());
    for (const auto* file : {"sa/token", "sa/ca.crt"}) {
        const mounted_folder broken;
        broken.write(file, "");
        CHECK(kube::in_cluster_config(broken.path("sa")).error().message.find(broken.path(file)) !=
              std::string::npos);
        std::filesystem::remove(broken.path(file));
        CHECK(kube::in_cluster_config(broken.path("sa")).error().message.find(broken.path(file)) !=
              std::string::npos);
    }
}

TEST_CASE("outside a cluster the error names --kubeconfig") {
    const mounted_folder mounted;
    const char* const ports[] = {nullptr, "", "0", "65536", "x", "-1", "443 "};
    for (const auto* port : ports) {
        const pod_environment pod("10.96.0.1", port);
        const auto config = kube::in_cluster_config(mounted.path("sa"));
        REQUIRE_FALSE(config);
        CHECK(config.error().message.find("--kubeconfig") != std::string::npos);
    }
    const pod_environment pod(nullptr, "443");
    CHECK_FALSE(kube::in_cluster_config(mounted.path("sa")));
}

TEST_CASE("a server URL has a host, a port and a path prefix") {
    struct row {
        std::string text;
        std::string host;
        std::uint16_t port;
        std::string prefix;
    };
    const std::vector<row> rows = {
        {"https://10.0.0.1:6443", "10.0.0.1", 6443, ""},
        {"https://kubernetes.default.svc", "kubernetes.default.svc", 443, ""},
        {"https://kubernetes.default.svc/", "kubernetes.default.svc", 443, ""},
        {"https://[fd00::1]:6443/", "fd00::1", 6443, ""},
        {"https://[fd00::1]", "fd00::1", 443, ""},
        {"https://rancher.example/k8s/clusters/c-m-1/", "rancher.example", 443, "/k8s/clusters/c-m-1"},
    };
    for (const auto& [text, host, port, prefix] : rows) {
        CAPTURE(text);
        const auto url = kube::parse_server_url(text);
        REQUIRE(url);
        CHECK(url->server.host == host);
        CHECK(url->server.port == port);
        CHECK(url->path_prefix == prefix);
    }
}

TEST_CASE("a URL that is not the https URL of a server is rejected") {
    for (const auto* text : {"",
                             "https://",
                             "http://10.0.0.1",
                             "HTTPS://10.0.0.1",
                             "10.0.0.1:6443",
                             "https://user@host",
                             "https://user:CANARY@host",
                             "https://host:",
                             "https://host:0",
                             "https://host:65536",
                             "https://host:6443x",
                             "https://ho st",
                             "https://host?x=y",
                             "https://host/a#b",
                             "https://host/a b",
                             "https://fd00::1",
                             "https://[fd00::1",
                             "https://[fd00::1]x",
                             "https://[]:6443",
                             "https://host\r\n",
                             "https://host/\r\nX: y",
                             "unix:///run/x"}) {
        CAPTURE(text);
        CHECK_FALSE(kube::parse_server_url(text));
    }
}
