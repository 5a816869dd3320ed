// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "outage.hpp"

#include "support/subprocess.hpp"

namespace harness {

namespace {

constexpr auto crd_path =
    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/registrycredentials.regcred.dev";

void tell_cluster(const char* command, const char* component) {
    run_or_throw({REGCRED_REPOSITORY "/tests/cluster/cluster", command, component});
}

}  // namespace

stopped_api_server::stopped_api_server() {
    tell_cluster("stop", "apiserver");
}

stopped_api_server::~stopped_api_server() {
    tell_cluster("start", "apiserver");
}

loose_crd::loose_crd(admin& api) : api_(api), shipped_(api_.get(crd_path)["spec"]["versions"]) {
    auto loose = shipped_;
    loose[0]["schema"]["openAPIV3Schema"]["properties"]["spec"] = {
        {"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
    api_.patch(crd_path, {{"spec", {{"versions", loose}}}});
}

loose_crd::~loose_crd() {
    api_.patch(crd_path, {{"spec", {{"versions", shipped_}}}});
}

}  // namespace harness
