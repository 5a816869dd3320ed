// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain_fixture.hpp"

#include "account_kubeconfig.hpp"
#include "support/canary.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <random>

namespace harness {

namespace {

std::string new_name() {
    std::random_device device;
    return fmt::format("explain-{:05x}", device() % 0x100000);
}

json names_of(const std::vector<std::string>& names) {
    auto list = json::array();
    for (const auto& name : names)
        list.push_back({{"name", name}});
    return list;
}

}  // namespace

explain_fixture::explain_fixture() : cluster_(cluster::instance()), namespace_(new_name()) {
    owned_.push_back(namespace_path(namespace_));
    api().create(namespaces, namespace_object(namespace_));
    eventually("the ServiceAccount default", [this] {
        return api().find(namespace_path(namespace_) + "/serviceaccounts/default") ? "" : "none";
    });
}

explain_fixture::~explain_fixture() {
    for (const auto& path : owned_) {
        try {
            api().remove(path);
        } catch (const std::exception& fault) {
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, std::string(fault.what()));
        }
    }
}

void explain_fixture::add_secret(const json& secret) {
    api().create(secrets_in(namespace_), secret);
}

void explain_fixture::add_login(const std::string& name,
                                const std::string& registry,
                                const std::string& user) {
    add_secret(docker_config_secret(name, {{registry, login{user, std::string(canary), {}}}}));
}

json explain_fixture::add_credential(const std::string& role, const json& spec) {
    const auto name = named(role);
    owned_.push_back(credential_path(name));
    return api().create(credentials, credential_object(name, spec));
}

void explain_fixture::add_pod(const std::string& name,
                              const std::vector<std::string>& images,
                              const std::vector<std::string>& secrets) {
    auto containers = json::array();
    for (const auto& image : images)
        containers.push_back({{"name", fmt::format("c{}", containers.size())}, {"image", image}});
    json spec = {{"containers", containers}};
    if (!secrets.empty()) spec["imagePullSecrets"] = names_of(secrets);
    api().create(namespace_path(namespace_) + "/pods",
                 {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", name}}}, {"spec", spec}});
}

void explain_fixture::set_state(const std::string& pod, const json& state) {
    api().patch(namespace_path(namespace_) + "/pods/" + pod + "/status",
                {{"status",
                  {{"containerStatuses",
                    json::array({{{"name", "c0"},
                                  {"image", "x"},
                                  {"imageID", ""},
                                  {"ready", false},
                                  {"restartCount", 0},
                                  {"state", state}}})}}}});
}

std::string explain_fixture::add_tenant(const std::string& name, const json& rules) {
    const auto here = namespace_path(namespace_);
    const auto rbac = "/apis/rbac.authorization.k8s.io/v1/namespaces/" + namespace_;
    api().create(here + "/serviceaccounts",
                 {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", name}}}});
    api().create(rbac + "/roles",
                 {{"apiVersion", "rbac.authorization.k8s.io/v1"},
                  {"kind", "Role"},
                  {"metadata", {{"name", name}}},
                  {"rules", rules}});
    api().create(rbac + "/rolebindings",
                 {{"apiVersion", "rbac.authorization.k8s.io/v1"},
                  {"kind", "RoleBinding"},
                  {"metadata", {{"name", name}}},
                  {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "Role"}, {"name", name}}},
                  {"subjects", json::array({{{"kind", "ServiceAccount"}, {"name", name}}})}});
    return write_account_kubeconfig(api(), namespace_, name, folder_.path(""), name);
}

std::string explain_fixture::program() {
    const char* chosen = std::getenv("REGCRED_CONTROLLER");
    return chosen == nullptr ? REGCRED_CONTROLLER_BINARY : chosen;
}

command_output explain_fixture::explain(const std::vector<std::string>& arguments,
                                        const std::string& kubeconfig) {
    std::vector<std::string> command{program(), "explain", "pod"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    if (!kubeconfig.empty()) command.push_back("--kubeconfig=" + kubeconfig);
    auto output = run(std::move(command));
    INFO(output.text);
    CHECK(find_canary(output.text).empty());
    return output;
}

command_output explain_fixture::explain_pod(const std::string& pod, const std::string& kubeconfig) {
    return explain({namespace_ + "/" + pod}, kubeconfig);
}

}  // namespace harness
