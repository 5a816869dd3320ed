// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"

#include "support/print_result.hpp"
#include "support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

namespace {

/// Sets the two variables of a Pod, and takes them back.
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

TEST_CASE("inside a cluster the environment and the mounted files tell all") {
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

TEST_CASE("the namespace may be missing, the rest may not") {
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

TEST_CASE("outside a cluster the message says what to do") {
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
