// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "refused"));

constexpr auto policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
constexpr auto bindings = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings";
constexpr auto role_binding = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/regcred-controller";

/// Waits until the controller's user may not create a Secret in `ns`, or may: admission and authorization
/// learn of changes a moment later than the storage.
void await_creates(admin& api, const std::string& ns, bool refused) {
    eventually(refused ? "creates are refused" : "creates are taken", [&] {
        const auto answer = api.send({.method = "POST",
                                      .path = secrets_in(ns) + "?dryRun=All",
                                      .body = docker_config_secret("regcred", one_login("quay.io", "probe")),
                                      .as = controller_user});
        return answer.ok() == refused ? std::to_string(answer.status) + " " + answer.message() : "";
    });
}

json quota_of(int secrets) {
    return {{"apiVersion", "v1"},
            {"kind", "ResourceQuota"},
            {"metadata", {{"name", "few"}}},
            {"spec", {{"hard", {{"secrets", std::to_string(secrets)}}}}}};
}

json rule_for(const std::string& operation) {
    return {{"apiGroups", json::array({""})},
            {"apiVersions", json::array({"v1"})},
            {"operations", json::array({operation})},
            {"resources", json::array({"secrets"})}};
}

/// Forbids to do that with Secrets in one namespace.
json policy_against(const std::string& name, const std::string& ns, const std::string& operation = "CREATE") {
    const auto rule = rule_for(operation);
    const json validation = {{"expression", "request.namespace != '" + ns + "'"},
                             {"message", "no Secrets here, by order of the platform team"}};
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingAdmissionPolicy"},
            {"metadata", {{"name", name}}},
            {"spec",
             {{"matchConstraints", {{"resourceRules", json::array({rule})}}},
              {"validations", json::array({validation})}}}};
}

json binding_of(const std::string& name) {
    return {{"apiVersion", "admissionregistration.k8s.io/v1"},
            {"kind", "ValidatingAdmissionPolicyBinding"},
            {"metadata", {{"name", name}}},
            {"spec", {{"policyName", name}, {"validationActions", json::array({"Deny"})}}}};
}

/// Sets a label on what is named regcred in one namespace, whatever its writer says.
json policy_that_relabels(const std::string& name, const std::string& ns) {
    const json mine = {
        {"name", "there"},
        {"expression", "request.namespace == '" + ns + "' && object.metadata.name == 'regcred'"}};
    const json mutation = {
        {"patchType", "ApplyConfiguration"},
        {"applyConfiguration",
         {{"expression",
           "Object{metadata: Object.metadata{labels: {'app.kubernetes.io/managed-by': 'the-webhook'}}}"}}}};
    return {
        {"apiVersion", "admissionregistration.k8s.io/v1"},
        {"kind", "MutatingAdmissionPolicy"},
        {"metadata", {{"name", name}}},
        {"spec",
         {{"matchConstraints", {{"resourceRules", json::array({rule_for("CREATE"), rule_for("UPDATE")})}}},
          {"matchConditions", json::array({mine})},
          {"reinvocationPolicy", "Never"},
          {"failurePolicy", "Fail"},
          {"mutations", json::array({mutation})}}}};
}

/// The one failure in a status.
json only_failure(const json& object) {
    const auto& status = object.at("status");
    REQUIRE(status.contains("failures"));
    REQUIRE(status["failures"].size() == 1);
    return status["failures"][0];
}

}  // namespace

TEST_CASE_FIXTURE(
    scenario,
    "an exceeded quota is reported, keeps no other namespace waiting, and heals when there is room") {
    const auto full = add_namespace("team-full");
    const auto good = add_namespace("team-good");
    const auto quota = namespace_path(full) + "/resourcequotas/few";
    api().create(namespace_path(full) + "/resourcequotas", quota_of(0));
    await_creates(api(), full, true);
    start();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    await_copy(good, document);
    const auto object = await_condition(credential, "Synced", "False", "QuotaExceeded", "1/2");
    CHECK(condition_of(object, "Ready")["reason"] == "QuotaExceeded");
    const auto failure = only_failure(object);
    CHECK(failure["namespace"] == full);
    CHECK(failure["reason"] == "QuotaExceeded");
    CHECK(failure["message"].get<std::string>().find("exceeded quota: few") != std::string::npos);

    api().patch(quota, {{"spec", {{"hard", {{"secrets", "5"}}}}}});
    await_copy(full, document);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(
    scenario,
    "a namespace where admission denies the Secret keeps no other waiting, and heals when it is allowed") {
    const auto poisoned = add_namespace("team-poisoned");
    const auto policy = named("no-secrets");
    delete_at_end(std::string(policies) + "/" + policy);
    delete_at_end(std::string(bindings) + "/" + policy);
    api().create(policies, policy_against(policy, poisoned));
    api().create(bindings, binding_of(policy));
    await_creates(api(), poisoned, true);
    start();
    const auto all = add_namespaces("team-good", 20);
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    await_copies(all, document);
    const auto object = await_condition(credential, "Synced", "False", "Denied", "20/21");
    const auto failure = only_failure(object);
    CHECK(failure["namespace"] == poisoned);
    CHECK(failure["message"].get<std::string>().find("by order of the platform team") != std::string::npos);
    // Nor has it anything to do with those that come later.
    const auto late = add_namespace("team-late");
    await_copy(late, document);

    api().remove(std::string(bindings) + "/" + policy);
    await_copy(poisoned, document);
    await_ready(credential, "22/22");
}

TEST_CASE_FIXTURE(scenario,
                  "rights that are taken away are reported, and work goes on when they are given back") {
    struct restored_rights {
        restored_rights() = default;
        ~restored_rights() { cluster::install(); }
        restored_rights(const restored_rights&) = delete;
        restored_rights& operator=(const restored_rights&) = delete;
    } const restore;
    expect_forbidden();
    start();
    const auto first = add_namespace("team-a");
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    await_ready(credential, "1/1");
    settle();

    // The right to write the copies alone: watches and status go on, so that it can be told.
    const std::string role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
    const auto shipped = api().get(role);
    auto reduced = shipped;
    for (auto& rule : reduced["rules"]) {
        if (rule["resources"] == json::array({"secrets"}))
            rule["verbs"] = json::array({"get", "list", "watch"});
    }
    api().replace(role, reduced);
    await_creates(api(), first, true);
    const auto late = add_namespace("team-late");
    const auto object = await_condition(credential, "Synced", "False", "Forbidden", "1/2");
    CHECK(only_failure(object)["namespace"] == late);
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("deploy/") != std::string::npos);

    // All rights: whatever it meets then, it must live through.
    auto binding = api().get(role_binding);
    api().remove(role_binding);
    await_creates(api(), first, true);
    change_source(source, one_login("quay.io", "rotated"));
    const auto later = add_namespace("team-later");
    settle();
    CHECK(controller().running());
    CHECK(data_of(copy_in(first)) == document);

    binding["metadata"].erase("resourceVersion");
    binding["metadata"].erase("uid");
    api().create(std::string(role_binding).substr(0, std::string(role_binding).rfind('/')), binding);
    auto current = api().get(role);
    current["rules"] = shipped["rules"];
    api().replace(role, current);
    await_copies({first, late, later}, document_of(one_login("quay.io", "rotated")));
    await_ready(credential, "3/3");
}

TEST_CASE_FIXTURE(
    scenario,
    "a secretName that the install does not allow is refused with what to do, and nothing is tried") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    auto spec = spec_of({source}, {ns});
    spec["secretName"] = "other-name";
    const auto before = mark();
    const auto credential = add_credential("quay", spec);
    const auto object = await_condition(credential, "Synced", "False", "SecretNameNotAllowed");
    CHECK(condition_of(object, "Ready")["reason"] == "SecretNameNotAllowed");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("--secret-names") !=
          std::string::npos);
    settle();
    for (const auto& record : requests_since(before))
        CHECK_FALSE((record.resource == "secrets" && record.is_write()));

    change_spec(credential, {{"secretName", "regcred"}});
    await_copy(ns, document);
    const auto healed = await_ready(credential, "1/1");
    CHECK(condition_of(healed, "Stalled").is_null());
}

TEST_CASE_FIXTURE(scenario,
                  "a system namespace that is named literally is tried, and the policy of deploy/ refuses it "
                  "with its name") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {ns, "kube-public"}));
    await_copy(ns, document);
    const auto object = await_condition(credential, "Synced", "False", "Denied", "1/2");
    const auto failure = only_failure(object);
    CHECK(failure["namespace"] == "kube-public");
    CHECK(failure["message"].get<std::string>().find("protectedNamespaces") != std::string::npos);
    CHECK_FALSE(api().find(secret_path("kube-public")));
    change_spec(credential, spec_of({source}, {ns}));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario, "every object that a denied update concerns tells of it, and of its end") {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, {ns}));
    const auto b = add_credential("b", spec_of({add_source("b", one_login("ghcr.io", "b"))}, {ns}));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    const auto policy = named("no-updates");
    delete_at_end(std::string(policies) + "/" + policy);
    delete_at_end(std::string(bindings) + "/" + policy);
    api().create(policies, policy_against(policy, ns, "UPDATE"));
    api().create(bindings, binding_of(policy));
    eventually("updates are refused", [&] {
        auto copy = copy_in(ns);
        copy["metadata"]["labels"]["example.com/probe"] = "yes";
        const auto answer = api().send(
            {.method = "PUT", .path = secret_path(ns) + "?dryRun=All", .body = copy, .as = controller_user});
        return answer.ok() ? "an update was taken" : "";
    });

    // b wants the Secret no more: a is left to tell, and b, whose login is still there.
    change_spec(b, {{"namespaces", {{"include", json::array({"nobody"})}}}});
    await_condition(a, "Synced", "False", "Denied", "0/1");
    await_condition(b, "Synced", "False", "Denied", "0/0");
    api().remove(std::string(bindings) + "/" + policy);
    await_copy(ns, document_of(one_login("quay.io", "a")));
    await_ready(a, "1/1");
    await_ready(b, "0/0");
}

TEST_CASE_FIXTURE(scenario, "an admission policy that changes what is written is reported, and not fought") {
    constexpr auto mutating = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies/";
    constexpr auto mutating_bindings =
        "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/";
    const auto ns = add_namespace("team");
    const auto policy = named("relabels");
    delete_at_end(mutating + policy);
    delete_at_end(mutating_bindings + policy);
    const auto collection = [](std::string path) { return path.substr(0, path.size() - 1); };
    api().create(collection(mutating), policy_that_relabels(policy, ns));
    auto binding = binding_of(policy);
    binding["kind"] = "MutatingAdmissionPolicyBinding";
    binding["spec"].erase("validationActions");
    api().create(collection(mutating_bindings), binding);
    eventually("the policy is at work", [&] {
        const auto answer =
            api().send({.method = "POST",
                        .path = secrets_in(ns) + "?dryRun=All",
                        .body = docker_config_secret("regcred", one_login("quay.io", "probe")),
                        .as = controller_user});
        return answer.body.dump().find("the-webhook") != std::string::npos ? "" : answer.body.dump();
    });
    start();
    const auto before = mark();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    await_condition(credential, "Synced", "False", "Contended", "0/1");
    settle();
    const auto writes = secret_writes(before);
    CHECK(std::ranges::count(writes, '\n') < 8);
    await_copy(ns, document);

    api().remove(mutating_bindings + policy);
    api().remove(mutating + policy);
    await_ready(credential, "1/1");
}
