// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"

#include "support/base64.hpp"
#include "support/eventually.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <stdexcept>

namespace e2e {

namespace {

using harness::json;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error(fmt::format("{} is not set: see tests/e2e/run.sh", name));
    return value;
}

std::string path_of(const std::string& namespace_name, const std::string& rest) {
    return "/api/v1/namespaces/" + namespace_name + rest;
}

}  // namespace

node::node() : api_(variable("KUBECONFIG")), registry_hosts_(variable("E2E_REGISTRY_HOSTS")) {}

void node::create_namespace(const std::string& name) {
    api_.create("/api/v1/namespaces", {{"metadata", {{"name", name}}}});
    harness::eventually("the default ServiceAccount of " + name,
                        [&] { return api_.find(path_of(name, "/serviceaccounts/default")) ? "" : "none"; });
}

harness::api_answer node::create_secret(const std::string& namespace_name,
                                        const std::string& name,
                                        const harness::table_secret& secret) {
    const json object = {{"metadata", {{"name", name}}},
                         {"type", secret.type},
                         {"data", {{secret.key, harness::to_base64(secret.document)}}}};
    return api_.send(
        {.method = "POST", .path = path_of(namespace_name, "/secrets"), .body = object, .as = {}});
}

void node::create_pod(const std::string& namespace_name,
                      const std::string& name,
                      const std::string& image,
                      const std::vector<std::string>& secrets) {
    json listed = json::array();
    for (const auto& secret : secrets)
        listed.push_back({{"name", secret}});
    api_.create(path_of(namespace_name, "/pods"),
                {{"metadata", {{"name", name}}},
                 {"spec",
                  {{"containers", {{{"name", "app"}, {"image", image}, {"imagePullPolicy", "Always"}}}},
                   {"imagePullSecrets", listed},
                   {"automountServiceAccountToken", false},
                   {"terminationGracePeriodSeconds", 0}}}});
}

std::string node::await_waiting(const std::string& namespace_name, const std::string& name) {
    std::string reason;
    harness::eventually(fmt::format("a failed pull of {}/{}", namespace_name, name), [&]() -> std::string {
        const auto pod = api_.get(path_of(namespace_name, "/pods/" + name));
        const json::json_pointer waiting("/status/containerStatuses/0/state/waiting/reason");
        reason = pod.contains(waiting) ? pod.at(waiting).get<std::string>() : "";
        const bool is_early = reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing";
        return is_early ? pod.at("status").dump() : "";
    });
    return reason;
}

bool node::lacked_pull_secret(const std::string& namespace_name, const std::string& pod) {
    std::set<std::string> reasons;
    harness::eventually(fmt::format("all Events of {}/{}", namespace_name, pod), [&]() -> std::string {
        for (const auto& event :
             api_.list(path_of(namespace_name, "/events?fieldSelector=involvedObject.name%3D" + pod)))
            reasons.insert(event.at("reason").get<std::string>());
        const bool all = reasons.contains("BackOff") || reasons.contains("InspectFailed");
        return all ? "" : fmt::format("only those of {}", fmt::join(reasons, ", "));
    });
    return reasons.contains("FailedToRetrieveImagePullSecret");
}

every_registry::every_registry(const node& of, std::uint16_t port)
    : hosts_(of.registry_hosts()), kept_(hosts_.string() + ".kept") {
    std::filesystem::rename(hosts_, kept_);
    std::filesystem::create_directories(hosts_ / "_default");
    std::ofstream(hosts_ / "_default" / "hosts.toml")
        << fmt::format("[host.\"http://127.0.0.1:{}\"]\n  capabilities = [\"pull\", \"resolve\"]\n", port);
}

every_registry::~every_registry() {
    std::error_code ignored;
    std::filesystem::remove_all(hosts_, ignored);
    std::filesystem::rename(kept_, hosts_, ignored);
}

}  // namespace e2e
