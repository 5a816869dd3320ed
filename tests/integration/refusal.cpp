// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"

#include "cluster.hpp"
#include "support/eventually.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace harness {

json rule_for(const std::string& operation) {
    return {{"apiGroups", json::array({""})},
            {"apiVersions", json::array({"v1"})},
            {"operations", json::array({operation})},
            {"resources", json::array({"secrets"})}};
}

json policy_against(const std::string& name, const std::string& operation, const std::string& expression) {
    const json validation = {{"expression", "!(" + expression + ")"},
                             {"message", "no Secrets here, by order of the platform team"}};
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingAdmissionPolicy"},
            {"metadata", {{"name", name}}},
            {"spec",
             {{"matchConstraints", {{"resourceRules", json::array({rule_for(operation)})}}},
              {"validations", json::array({validation})}}}};
}

json binding_of(const std::string& policy) {
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingAdmissionPolicyBinding"},
            {"metadata", {{"name", policy}}},
            {"spec", {{"policyName", policy}, {"validationActions", json::array({"Deny"})}}}};
}

void await_creates(admin& api, const std::string& ns, bool refused) {
    eventually(refused ? "creates are refused" : "creates are taken", [&] {
        // Under this name there is none, so that none is in the way.
        const std::string name = "regcred-dry-run";
        const auto secret = docker_config_secret(name, one_login("quay.io", "probe"));
        const auto answer = api.send({.method = "APPLY",
                                      .path = secret_path(ns, name) + "?dryRun=All",
                                      .body = creation_of(secret),
                                      .as = controller_user});
        return answer.ok() == refused ? std::to_string(answer.status) + " " + answer.message() : "";
    });
}

denied_right::denied_right(admin& api, std::string path, const std::string& resource)
    : api_(api), path_(std::move(path)), shipped_(api.get(path_)) {
    auto reduced = shipped_;
    reduced["rules"] = json::array();
    for (const auto& rule : shipped_["rules"]) {
        const bool goes = rule["resources"] == json::array({resource}) && !rule.contains("resourceNames");
        if (!goes) reduced["rules"].push_back(rule);
    }
    REQUIRE(reduced["rules"].size() + 1 == shipped_["rules"].size());
    api.replace(path_, reduced);
}

void denied_right::restore() {
    auto current = api_.get(path_);
    current["rules"] = shipped_["rules"];
    api_.replace(path_, current);
}

json only_failure(const json& credential) {
    const auto& status = credential.at("status");
    REQUIRE(status.contains("failures"));
    REQUIRE(status["failures"].size() == 1);
    return status["failures"][0];
}

}  // namespace harness
