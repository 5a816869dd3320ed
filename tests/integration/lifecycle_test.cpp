// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/base64.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

namespace {

/// Has deploy/'s ClusterRole and admission policy allow a second name, as an install with --secret-names
/// does.
void allow_second_name(admin& api) {
    const std::string role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
    auto object = api.get(role);
    for (auto& rule : object["rules"]) {
        if (rule.contains("resourceNames")) rule["resourceNames"] = json::array({"regcred", "regcred2"});
    }
    api.replace(role, object);
    const std::string path =
        "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/regcred-controller";
    if (auto policy = api.find(path)) {  // Kubernetes 1.30 or newer
        for (auto& variable : (*policy)["spec"]["variables"]) {
            if (variable["name"] == "allowedNames") variable["expression"] = "['regcred', 'regcred2']";
        }
        api.replace(path, *policy);
    }
    eventually("the admission policy allows the second name", [&] {  // policies are read again once a second
        const auto secret = docker_config_secret("regcred2", one_login("quay.io", "any"));
        const auto answer = api.send({.method = "APPLY",
                                      .path = secret_path("default", "regcred2") + "?dryRun=All",
                                      .body = creation_of(secret),
                                      .as = controller_user});
        return answer.ok() ? "" : answer.message();
    });
}

}  // namespace

TEST_CASE_FIXTURE(
    scenario,
    "the controller deletes every copy of a deleted RegistryCredential without the garbage collector") {
    start();
    const auto all = add_namespaces("team", 5);
    const auto credential = synced(all, "a", {named("team*")}).credential;
    settle();

    const paused_controller_manager no_garbage_collector;
    const auto before = mark();
    remove_credential(credential);
    std::vector<std::string> one_delete_each;
    for (const auto& ns : all) {
        await_no_copy(ns);
        one_delete_each.push_back("delete " + ns + "/regcred");
    }
    settle();
    CHECK(secret_writes(before) == lines(one_delete_each));
}

TEST_CASE_FIXTURE(scenario,
                  "the garbage collector deletes the copies of a RegistryCredential that is deleted while no "
                  "controller runs") {
    cluster::instance().await_garbage_collector();
    start();
    const auto all = add_namespaces("team", 3);
    const auto credential = synced(all, "a", {named("team*")}).credential;
    stop();
    remove_credential(credential);
    for (const auto& ns : all)
        await_no_copy(ns, "regcred", long_patience);
    start();
}

TEST_CASE_FIXTURE(
    scenario,
    "deletionPolicy Retain keeps the copies of a deleted RegistryCredential unchanged, without an owner") {
    cluster::instance().await_garbage_collector();
    start();
    const auto ns = add_namespace("team");
    const auto late = add_namespace("late");
    const auto source = add_source("quay", one_login("quay.io", "kept"));
    auto spec = spec_of({source}, {ns});
    spec["deletionPolicy"] = "Retain";
    const auto credential = add_credential("quay", spec);
    const auto object = await_ready(credential, "1/1");
    const auto copy = copy_in(ns);
    CHECK_FALSE(copy["metadata"].contains("ownerReferences"));
    CHECK(copy["metadata"]["annotations"]["regcred.dev/owner"] == uid_of(object));

    const auto before = mark();
    remove_credential(credential);
    // A second object that would take it over if it were still ours.
    const auto second =
        add_credential("second", spec_of({add_source("ghcr", one_login("ghcr.io", "new"))}, {ns, late}));
    await_copy(late, document_of(one_login("ghcr.io", "new")));
    await_condition(second, "Synced", "False", "Conflict");
    settle();
    CHECK(copy_in(ns) == copy);
    CHECK(secret_writes(before) == lines({"create " + late + "/regcred"}));
    api().remove(secret_path(ns));
    await_ready(second, "2/2");
}

TEST_CASE_FIXTURE(
    scenario, "kubectl delete --cascade=orphan keeps the copies, which are foreign Secrets from then on") {
    cluster::instance().await_garbage_collector();
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "kept");
    const auto before = mark();
    run_or_throw({"kubectl", "delete", "registrycredential", credential, "--cascade=orphan", "--wait=false"});
    const auto missing = [&]() -> std::string {
        if (api().find(credential_path(credential))) return "the object is there";
        const auto found = api().find(secret_path(ns));
        if (!found) return "the copy is gone";
        return found->at("metadata").contains("ownerReferences") ? "owned" : "";
    };
    eventually("the object is gone and nobody owns the copy", missing, long_patience);
    settle();
    CHECK(data_of(copy_in(ns)) == document_of(one_login("quay.io", "kept")));
    CHECK(secret_writes(before).empty());

    const auto again = add_credential("again", spec_of({source}, {ns}));
    await_condition(again, "Synced", "False", "Conflict");
    api().remove(secret_path(ns));
    await_ready(again, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "a RegistryCredential that is deleted and created again many times at once has all its "
                  "copies in the end, and entries in ServiceAccounts") {
    cluster::instance().await_garbage_collector();
    start();
    const auto all = add_namespaces("team", 20);
    auto spec = spec_of({add_source("quay", one_login("quay.io", "a"))}, {named("team*")});
    spec["serviceAccounts"] = json::array({"default"});
    const auto credential = add_credential("quay", spec);
    await_ready(credential, "20/20");
    for (int round = 0; round < 20; ++round) {
        remove_credential(credential);
        api().create(credentials, credential_object(credential, spec));
    }
    const auto object = await_ready(credential, "20/20");
    settle();
    for (const auto& ns : all) {
        await_copy(ns, document_of(one_login("quay.io", "a")));
        CHECK(copy_in(ns)["metadata"]["ownerReferences"] == json::array({owner_reference_to(object)}));
        CHECK(pull_secrets_of(api().get(account_path(ns))) == "regcred");
    }
    const auto status = await_condition(credential, "ServiceAccountsPatched", "True", "Patched", "20/20");
    CHECK(status["status"]["serviceAccounts"]["patched"] == 20);
}

TEST_CASE_FIXTURE(
    scenario,
    "a change of secretName creates the new Secret in each namespace before it deletes the old one") {
    const restored_install restore;
    allow_second_name(api());
    start("regcred,regcred2");
    const auto all = add_namespaces("team", 5);
    const auto credential = synced(all, "a", {named("team*")}).credential;
    settle();

    const auto before = mark();
    change_spec(credential, {{"secretName", "regcred2"}});
    for (const auto& ns : all) {
        await_copy(ns, document_of(one_login("quay.io", "a")), "regcred2");
        await_no_copy(ns);
    }
    await_ready(credential, "5/5");
    settle();

    const auto records = requests_since(before);
    std::vector<std::string> expected;
    for (const auto& ns : all) {
        const auto find = [&](const std::string& verb) {
            return std::ranges::find_if(records, [&](const audit_record& r) {
                return r.verb == verb && r.resource == "secrets" && r.namespace_name == ns && r.accepted();
            });
        };
        const auto made = find("create");
        const auto removed = find("delete");
        REQUIRE(made != records.end());
        REQUIRE(removed != records.end());
        CHECK(made < removed);  // records are in the order of the answers
        CHECK(made->received < removed->received);
        expected.push_back("create " + ns + "/regcred2");
        expected.push_back("delete " + ns + "/regcred");
    }
    CHECK(secret_writes(before) == lines(expected));
}

TEST_CASE_FIXTURE(scenario,
                  "spec.suspend stops all writes but the status, and its end carries out what is pending") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "old", {named("team*")});
    change_spec(credential, {{"suspend", true}});
    const auto at_rest = await_ready(credential, "1/1");
    CHECK(condition_of(at_rest, "Ready")["message"].get<std::string>().ends_with("; suspended"));
    settle();

    const auto before = mark();
    change_source(source, one_login("quay.io", "new"));
    const auto late = add_namespace("team-late");
    const auto object = await_condition(credential, "Ready", "False", "Suspended");
    CHECK(object["status"]["namespaces"]["selected"] == 2);
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(data_of(copy_in(ns)) == document_of(one_login("quay.io", "old")));
    CHECK_FALSE(api().find(secret_path(late)));

    change_spec(credential, {{"suspend", false}});
    await_copies({ns, late}, document_of(one_login("quay.io", "new")));
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(scenario,
                  "copies that are deselected under spec.suspend are reported, and deleted at its end "
                  "without the deletion guard") {
    start();
    const auto all = add_namespaces("team", 15);
    const auto credential = synced(all, "a", {named("team*")}).credential;
    change_spec(credential, {{"suspend", true}, {"namespaces", {{"include", json::array({"nobody"})}}}});
    const auto object = await_condition(credential, "Synced", "False", "Suspended", "0/0");
    CHECK(object["status"]["namespaces"]["failed"] == 15);
    settle();
    await_copies(all, document_of(one_login("quay.io", "a")));

    const auto before = mark();
    change_spec(credential, {{"suspend", false}});
    for (const auto& ns : all)
        await_no_copy(ns);
    await_ready(credential, "0/0");
    for (const auto& record : requests_since(before))
        CHECK_FALSE((record.verb == "list" && record.resource == "namespaces"));
}

TEST_CASE_FIXTURE(scenario,
                  "a secretName that is not allowed keeps the old Secret until its namespace opts out") {
    start();
    const auto ns = add_namespace("team");
    const auto credential = synced({ns}, "a").credential;
    change_spec(credential, {{"secretName", "not-allowed"}});
    await_condition(credential, "Synced", "False", "SecretNameNotAllowed");
    settle();
    await_copy(ns, document_of(one_login("quay.io", "a")));
    api().patch(namespace_path(ns), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    await_no_copy(ns);
}

TEST_CASE_FIXTURE(scenario, "SIGTERM ends a busy controller within seconds and with exit code 0") {
    start();
    const auto all = add_namespaces("team", 60);
    const auto source = add_source("quay", one_login("quay.io", "a"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team*")}));
    await_copy(all.front(), document_of(one_login("quay.io", "a")));
    stop();
    start();
    await_ready(credential, "60/60");
}
