// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"
#include "refusal.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace harness;

// What Flux and Argo CD see: the verdict of each about a RegistryCredential, and that neither the copies nor
// the ServiceAccounts belong to them.

namespace {

/// The first line of what tests/install/tools/verdict says.
std::string verdict(const std::vector<std::string>& tool, const json& object) {
    static const auto folder = run_or_throw({REGCRED_REPOSITORY "/tests/install/tools/build.sh"});
    std::vector<std::string> command{folder.substr(0, folder.find('\n')) + "/verdict"};
    command.insert(command.end(), tool.begin(), tool.end());
    const auto text = run_or_throw(command, object.dump());
    return text.substr(0, text.find('\n'));
}

std::string kstatus(const json& object) {
    return verdict({"kstatus"}, object);
}

std::string argocd(const json& object) {
    return verdict({"argocd", REGCRED_REPOSITORY "/deploy/gitops/argocd-cm.yaml"}, object);
}

void check_verdicts(const json& object, const std::string& of_kstatus, const std::string& of_argocd) {
    INFO(object.value("status", json()).dump());
    CHECK(kstatus(object) == of_kstatus);
    CHECK(argocd(object) == of_argocd);
}

json quota_of_none() {
    return {{"apiVersion", "v1"},
            {"kind", "ResourceQuota"},
            {"metadata", {{"name", "none"}}},
            {"spec", {{"hard", {{"secrets", "0"}}}}}};
}

/// Without what regcred changes of it, and what each write changes.
json without_our_part(json account) {
    auto& metadata = account["metadata"];
    metadata.erase("resourceVersion");
    metadata.erase("managedFields");
    if (metadata.contains("annotations")) metadata["annotations"].erase(added_annotation);
    if (metadata.value("annotations", json()).empty()) metadata.erase("annotations");
    json others = json::array();
    for (const auto& entry : account.value("imagePullSecrets", json::array()))
        if (entry["name"] != "regcred") others.push_back(entry);
    account["imagePullSecrets"] = others;
    return account;
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "kstatus and Argo CD wait for a new RegistryCredential and a new spec, and take Ready for "
                  "Current and Healthy") {
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "gitops"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    check_verdicts(api().get(credential_path(credential)), "InProgress", "Progressing");
    start();
    check_verdicts(await_ready(credential, "1/1"), "Current", "Healthy");
    change_spec(credential, {{"suspend", true}});
    check_verdicts(await_condition(credential, "Ready", "True", "Synced"), "Current", "Suspended");
    const auto later = add_namespace("later");
    change_spec(credential, {{"namespaces", {{"include", json::array({ns, later})}}}});
    check_verdicts(await_condition(credential, "Ready", "False", "Suspended"), "InProgress", "Suspended");
    change_spec(credential, {{"suspend", false}, {"namespaces", {{"include", json::array({"absent"})}}}});
    check_verdicts(await_condition(credential, "Ready", "True", "NoNamespaceSelected"), "Current", "Healthy");
    stop();
    change_spec(credential, {{"namespaces", {{"include", json::array({ns})}}}});
    check_verdicts(api().get(credential_path(credential)), "InProgress", "Progressing");
    start();
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario,
                  "kstatus and Argo CD take for failed what a person must correct, and for nothing else") {
    const auto full = add_namespace("full");
    api().create(namespace_path(full) + "/resourcequotas", quota_of_none());
    await_creates(api(), full, true);
    const auto taken = add_namespace("taken");
    api().create(secrets_in(taken), docker_config_secret("regcred", one_login("quay.io", "theirs")));
    start();
    const auto source = add_source("quay", one_login("quay.io", "gitops"));

    const auto waits = add_credential("waits", spec_of({source}, {full}));
    check_verdicts(await_condition(waits, "Ready", "False", "QuotaExceeded"), "InProgress", "Progressing");
    const auto conflict = add_credential("conflict", spec_of({source}, {taken}));
    check_verdicts(await_condition(conflict, "Ready", "False", "Conflict"), "Failed", "Degraded");
    const auto missing = add_credential("missing", spec_of({named("absent")}, {"absent"}));
    check_verdicts(await_condition(missing, "Ready", "False", "SourceNotFound"), "Failed", "Degraded");
    auto spec = spec_of({source}, {"absent"});
    spec["secretName"] = "other-name";
    const auto not_allowed = add_credential("name", spec);
    check_verdicts(
        await_condition(not_allowed, "Ready", "False", "SecretNameNotAllowed"), "Failed", "Degraded");
    spec = spec_of({source}, {"absent"});
    spec["serviceAccounts"] = json::array({"other-account"});
    const auto no_account = add_credential("account", spec);
    check_verdicts(
        await_condition(no_account, "Ready", "False", "ServiceAccountNameNotAllowed"), "Failed", "Degraded");
}

TEST_CASE_FIXTURE(scenario, "a copy has no label or annotation by which Argo CD, Flux or Helm would own it") {
    start();
    const auto ns = add_namespace("team");
    auto secret = docker_config_secret(named("quay"), one_login("quay.io", "gitops"));
    const json tracking = {{"metadata",
                            {{"labels",
                              {{"app.kubernetes.io/instance", "registry"},
                               {"kustomize.toolkit.fluxcd.io/name", "registry"},
                               {"app.kubernetes.io/managed-by", "Helm"}}},
                             {"annotations",
                              {{"argocd.argoproj.io/tracking-id", "registry:/Secret:a/b"},
                               {"meta.helm.sh/release-name", "registry"}}}}}};
    secret.merge_patch(tracking);
    const auto credential = add_credential("quay", spec_of({add_source(secret)}, {ns}));
    api().patch(credential_path(credential), tracking);
    await_ready(credential, "1/1");
    const auto metadata = copy_in(ns)["metadata"];
    CHECK(metadata["labels"] == json{{"app.kubernetes.io/managed-by", "regcred"}});
    for (const auto& [key, value] : metadata["annotations"].items())
        CHECK_MESSAGE(key.starts_with("regcred.dev/"), key);
}

TEST_CASE_FIXTURE(account_scenario,
                  "a ServiceAccount that Flux or Argo CD applies keeps the entry, if the manifest has no "
                  "imagePullSecrets") {
    start();
    const auto ns = add_namespace("team");
    const auto before = service_account_in(ns);
    const auto credential = add_accounts_credential({ns});
    await_pull_secrets(ns, "regcred", "regcred");
    CHECK(without_our_part(service_account_in(ns)) == without_our_part(before));
    const json manifest = {
        {"apiVersion", "v1"},
        {"kind", "ServiceAccount"},
        {"metadata", {{"name", "default"}, {"namespace", ns}, {"labels", {{"of", "git"}}}}}};
    for (int i = 0; i < 2; ++i)
        run_or_throw(
            {"kubectl", "apply", "--server-side", "--force-conflicts", "--field-manager=flux", "-f", "-"},
            manifest.dump());
    await_pull_secrets(ns, "regcred", "regcred");
    CHECK(service_account_in(ns)["metadata"]["labels"]["of"] == "git");
    const auto mine = mark();
    settle();
    CHECK(account_writes(mine).empty());
    await_ready(credential, "1/1");
}
