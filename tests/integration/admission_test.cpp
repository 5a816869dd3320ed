// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "refusal.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "refused"));

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

/// A minute and more: the controller tries a policy that is not enforced every 30 s.
constexpr std::chrono::minutes next_rounds{2};

/// Waits until the API server admits what the policies of deploy/ forbid.
void await_admitted(admin& api, const std::string& ns) {
    auto immutable = creation_of(docker_config_secret("regcred-dry-run", one_login("quay.io", "probe")));
    immutable["immutable"] = true;
    eventually("an immutable Secret is admitted", [&] {
        const auto answer = api.send({.method = "APPLY",
                                      .path = secret_path(ns, "regcred-dry-run") + "?dryRun=All",
                                      .body = immutable,
                                      .as = controller_user});
        return answer.ok() ? "" : answer.message();
    });
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "an admission policy that denies a create delays no other namespace, and the Secret is "
                  "created when the policy goes" *
                      needs_validating_policies) {
    const auto poisoned = add_namespace("team-poisoned");
    const auto policy = named("no-secrets");
    delete_at_end(std::string(policies) + "/" + policy);
    delete_at_end(std::string(bindings) + "/" + policy);
    api().create(policies, policy_against(policy, "CREATE", "request.namespace == '" + poisoned + "'"));
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
                  "the admission policy of deploy/ refuses a Secret in a system namespace that "
                  "spec.namespaces.include names" *
                      needs_validating_policies) {
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

TEST_CASE_FIXTURE(scenario,
                  "a denied update of a shared Secret is reported by every RegistryCredential that it "
                  "concerns, and so is its end" *
                      needs_validating_policies) {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_credential("a", spec_of({add_source("a", one_login("quay.io", "a"))}, {ns}));
    const auto b = add_credential("b", spec_of({add_source("b", one_login("ghcr.io", "b"))}, {ns}));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    const auto policy = named("no-updates");
    delete_at_end(std::string(policies) + "/" + policy);
    delete_at_end(std::string(bindings) + "/" + policy);
    api().create(policies, policy_against(policy, "UPDATE", "request.namespace == '" + ns + "'"));
    api().create(bindings, binding_of(policy));
    eventually("updates are refused", [&] {
        auto copy = copy_in(ns);
        copy["metadata"]["labels"]["example.com/probe"] = "yes";
        const auto answer = api().send(
            {.method = "PUT", .path = secret_path(ns) + "?dryRun=All", .body = copy, .as = controller_user});
        return answer.ok() ? "an update was taken" : "";
    });

    // b no longer wants the Secret. Both must report it: a is left, and the login of b is still in the copy.
    change_spec(b, {{"namespaces", {{"include", json::array({"nobody"})}}}});
    await_condition(a, "Synced", "False", "Denied", "0/1");
    await_condition(b, "Synced", "False", "Denied", "0/0");
    api().remove(std::string(bindings) + "/" + policy);
    await_copy(ns, document_of(one_login("quay.io", "a")));
    await_ready(a, "1/1");
    await_ready(b, "0/0");
}

TEST_CASE_FIXTURE(
    scenario,
    "the controller reports an admission policy that changes its Secrets, and stops writing them" *
        needs_mutating_policies) {
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
        const auto secret = docker_config_secret("regcred", one_login("quay.io", "probe"));
        const auto answer = api().send({.method = "APPLY",
                                        .path = secret_path(ns) + "?dryRun=All",
                                        .body = creation_of(secret),
                                        .as = {}});
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

TEST_CASE_FIXTURE(scenario, "an admission policy that is not enforced is reported, and its return too") {
    const restored_install restored;
    const auto ns = add_namespace("team");
    api().remove(std::string(bindings) + "/regcred-controller");
    await_admitted(api(), ns);
    start();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    await_copy(ns, document);
    const auto object =
        await_condition(credential, "AdmissionPolicyEnforced", "False", "PolicyNotEnforced", "1/1");
    const auto message = condition_of(object, "AdmissionPolicyEnforced")["message"].get<std::string>();
    CHECK(message.find("kubectl apply -k deploy/") != std::string::npos);
    CHECK(condition_of(object, "Ready")["status"] == "True");
    const auto metric = [&](const std::string& value) {
        return controller()
                   .get("/metrics")
                   ->body.find("\nregcred_admission_policy_enforced " + value + "\n") != std::string::npos;
    };
    CHECK(metric("0"));
    CHECK(controller().log_text().find("admission policy not enforced") != std::string::npos);

    if (!cluster_.serves_admission_policies()) return;
    cluster::install();
    eventually(
        "the condition goes",
        [&] {
            const auto condition =
                condition_of(api().get(credential_path(credential)), "AdmissionPolicyEnforced");
            return condition.is_null() ? "" : condition.dump();
        },
        next_rounds);
    CHECK(metric("1"));
}

TEST_CASE_FIXTURE(scenario, "--require-admission-policy holds Secrets back until the policy is enforced") {
    const restored_install restored;
    const auto ns = add_namespace("team");
    api().remove(std::string(bindings) + "/regcred-controller");
    await_admitted(api(), ns);
    start("regcred", "default", {"--require-admission-policy"});
    const auto before = mark();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    const auto object = await_condition(credential, "Ready", "False", "PolicyNotEnforced", "0/1");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    settle();
    CHECK(secret_writes(before).empty());
    CHECK_FALSE(api().find(secret_path(ns)));

    if (!cluster_.serves_admission_policies()) return stop();
    cluster::install();
    eventually(
        "the copy is there", [&] { return api().find(secret_path(ns)) ? "" : "not yet"; }, next_rounds);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "the policy for ServiceAccounts is reported to those that ask for them" *
                      needs_validating_policies) {
    const restored_install restored;
    const auto ns = add_namespace("team");
    api().remove(std::string(bindings) + "/regcred-service-accounts");
    eventually("a label is admitted", [&] {
        const auto answer = api().send({.method = "PATCH",
                                        .path = account_path(own_namespace) + "?dryRun=All",
                                        .body = labels_patch({{"a", "b"}}),
                                        .as = controller_user});
        return answer.ok() ? "" : answer.message();
    });
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    auto spec = spec_of({source}, {ns});
    const auto plain = add_credential("plain", spec);
    spec["serviceAccounts"] = json::array({"default"});
    const auto asking = add_credential("asking", spec);
    start();
    eventually(
        "the condition comes",
        [&] {
            const auto condition =
                condition_of(api().get(credential_path(asking)), "AdmissionPolicyEnforced");
            return condition.is_object() ? "" : "there is none";
        },
        next_rounds);
    CHECK(condition_of(api().get(credential_path(plain)), "AdmissionPolicyEnforced").is_null());
}
