// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "support/base64.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"
#include "token_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace harness;

// What a thief of the controller's token may try with objects that the token may write: each attempt is
// refused by an admission policy of deploy/.

namespace {

/// A change of a copy that must be refused: a merge patch, and a part of the policy's message.
struct attempt {
    std::string request;
    json patch;
    std::string text;
};

json owner(const std::string& api_version, const std::string& kind) {
    return {{"apiVersion", api_version},
            {"kind", kind},
            {"name", "x"},
            {"uid", "00000000-0000-0000-0000-000000000000"}};
}

json owners_patch(json owner) {
    return {{"metadata", {{"ownerReferences", json::array({std::move(owner)})}}}};
}

json with_flag(json owner, const std::string& flag) {
    owner[flag] = true;
    return owner;
}

json document_patch(const std::string& document) {
    return {{"data", {{docker_config_key, to_base64(document)}}}};
}

const std::string foreign_keys = "may not set or remove the labels or annotations ";
const std::string only_key = "with .dockerconfigjson as the only key of data";
const std::string owners = "may only add ownerReferences to RegistryCredentials";
const std::string no_docker_config = "may only write a docker config";

/// What no copy may be, whether it is created or updated.
std::vector<attempt> contents() {
    const auto credential = owner("regcred.dev/v1alpha1", "RegistryCredential");
    std::vector<attempt> all{
        {"a finalizer", {{"metadata", {{"finalizers", json::array({"example.com/x"})}}}}, "finalizers"},
        {"immutable", {{"immutable", true}}, "immutable"},
        {"another key of data", {{"data", {{"config", "e30="}}}}, only_key},
        {"Argo CD's keys of a cluster",
         {{"data", {{"name", "eA=="}, {"server", "eA=="}, {"config", "e30="}}}},
         only_key},
        {"stringData of another key", {{"stringData", {{"token", "x"}}}}, only_key},
        {"an owner of another kind", owners_patch(owner("v1", "ConfigMap")), owners},
        {"an owner that cannot be deleted first",
         owners_patch(with_flag(credential, "blockOwnerDeletion")),
         owners},
        {"a controller", owners_patch(with_flag(credential, "controller")), owners},
        {"a document that is no docker config", document_patch(R"({"server":"x"})"), no_docker_config},
        {"a document with credHelpers first",
         document_patch(R"({"credHelpers":{"quay.io":"x"},"auths":{}})"),
         no_docker_config},
        {"a document with HttpHeaders first",
         document_patch(R"({"HttpHeaders":{"a":"b"},"auths":{}})"),
         no_docker_config},
        {"a document without entries", document_patch("{}"), no_docker_config},
        {"a megabyte",
         document_patch(R"({"auths":{"q":{"auth":")" + std::string(1'000'000, 'a') + R"("}}})"),
         "documents of at most 524288 bytes"},
        {"200 kB of annotations",
         annotations_patch({{"note", std::string(200'000, 'a')}}),
         "annotations of at most 65536 bytes"},
        {"generateName", {{"metadata", {{"generateName", "regcred-"}}}}, "may not set generateName"},
        {"another manager", labels_patch({{"app.kubernetes.io/managed-by", "Helm"}}), "managed-by to Helm"},
    };
    for (const auto* label : {"argocd.argoproj.io/secret-type",
                              "argocd.argoproj.io/instance",
                              "app.kubernetes.io/instance",
                              "grafana_dashboard",
                              "grafana_datasource",
                              "owner",
                              "kustomize.toolkit.fluxcd.io/name",
                              "velero.io/exclude-from-backup",
                              "jenkins.io/credentials-type",
                              "clusterctl.cluster.x-k8s.io/move",
                              "reconcile.external-secrets.io/managed"})
        all.push_back(
            {fmt::format("the label {}", label), labels_patch({{label, "x"}}), foreign_keys + label});
    for (const auto* annotation : {"reflector.v1.k8s.emberstack.com/reflection-auto-enabled",
                                   "replicator.v1.mittwald.de/replicate-from",
                                   "replicator.v1.mittwald.de/replicate-to",
                                   "kubed.appscode.com/sync",
                                   "meta.helm.sh/release-name",
                                   "helm.sh/resource-policy",
                                   "kubernetes.io/service-account.name",
                                   "kubectl.kubernetes.io/last-applied-configuration",
                                   "argocd.argoproj.io/tracking-id",
                                   "sealedsecrets.bitnami.com/managed",
                                   "vault.security.banzaicloud.io/vault-addr",
                                   "cert-manager.io/allow-direct-injection",
                                   "tekton.dev/docker-0",
                                   "regcred.dev/opt-out",
                                   "regcred.dev/added"})
        all.push_back({fmt::format("the annotation {}", annotation),
                       annotations_patch({{annotation, "x"}}),
                       foreign_keys + annotation});
    return all;
}

json listed(const std::vector<std::string>& names) {
    json list = json::array();
    for (const auto& name : names)
        list.push_back({{"name", name}});
    return {{"imagePullSecrets", list}};
}

}  // namespace

TEST_CASE_FIXTURE(token_fixture,
                  "the token creates no Secret with a content that is not a copy's" *
                      needs_validating_policies) {
    const std::string wrong_type = "only write Secrets of type kubernetes.io/dockerconfigjson";
    auto attempts = contents();
    attempts.push_back(
        {"another ServiceAccount's token",
         {{"type", "kubernetes.io/service-account-token"},
          {"metadata", {{"annotations", {{"kubernetes.io/service-account.name", "default"}}}}}},
         wrong_type});
    for (const auto* type :
         {"Opaque", "bootstrap.kubernetes.io/token", "helm.sh/release.v1", "example.com/any"})
        attempts.push_back({fmt::format("the type {}", type), {{"type", type}}, wrong_type});
    attempts.push_back({"no type", {{"type", nullptr}}, wrong_type});
    const auto plain = creation_of(empty_copy());
    allow("a copy", "APPLY", secret_path(ns_) + "?dryRun=All", plain);
    for (const auto& each : attempts) {
        if (each.patch.contains("stringData")) continue;  // not a field of server-side apply's object
        auto secret = plain;
        secret.merge_patch(each.patch);
        refuse(each.text, each.request.c_str(), "APPLY", secret_path(ns_), secret);
    }
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token updates no copy to a content that is not a copy's" * needs_validating_policies) {
    const auto copy = secret_path(ns_);
    api().create(secrets_in(ns_), empty_copy());
    allow("the same again", "PUT", copy + "?dryRun=All", empty_copy());
    for (const auto& each : contents()) {
        auto secret = empty_copy();
        secret.merge_patch(each.patch);
        refuse(each.text, each.request.c_str(), "PUT", copy, secret);
        refuse(each.text, each.request.c_str(), "PATCH", copy, each.patch);
    }
}

TEST_CASE_FIXTURE(token_fixture,
                  "a document may have other keys of a docker config after its auths" *
                      needs_validating_policies) {
    // The policy sees base64, which CEL cannot decode there, so it only compares how the document begins. It
    // need not see more: the kubelet reads `auths` and nothing else of a Secret.
    const auto* later = R"({"auths":{},"HttpHeaders":{"a":"b"},"credHelpers":{"quay.io":"x"}})";
    auto secret = creation_of(empty_copy());
    secret.merge_patch(document_patch(later));
    allow("create it", "APPLY", secret_path(ns_) + "?dryRun=All", secret);
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token changes nothing of a foreign Secret that a copy does not need" *
                      needs_validating_policies) {
    auto foreign = empty_copy();
    foreign["data"]["other"] = "eA==";
    foreign["metadata"]["finalizers"] = json::array({"example.com/keep"});
    foreign["metadata"]["ownerReferences"] = json::array({owner("v1", "ConfigMap")});
    foreign["metadata"]["labels"] = {{"argocd.argoproj.io/secret-type", "repository"}, {"team", "a"}};
    foreign["metadata"]["annotations"] = {{"helm.sh/resource-policy", "keep"},
                                          {"kubectl.kubernetes.io/last-applied-configuration", "{}"}};
    api().create(secrets_in(ns_), foreign);
    const auto path = secret_path(ns_);
    // As adoption would: update() keeps null, which removes a key.
    json adoption = {{"data", {{"other", nullptr}}}};
    adoption.update(labels_patch({{"app.kubernetes.io/managed-by", "regcred"}, {"team", "b"}}), true);
    adoption.update(annotations_patch({{"kubectl.kubernetes.io/last-applied-configuration", nullptr},
                                       {"regcred.dev/owner", "uid"}}),
                    true);
    allow("adopt it", "PATCH", path + "?dryRun=All", adoption);

    const attempt table[] = {
        {"remove the finalizer", {{"metadata", {{"finalizers", nullptr}}}}, "finalizers"},
        {"remove the owner", {{"metadata", {{"ownerReferences", nullptr}}}}, owners},
        {"replace the owner", owners_patch(owner("regcred.dev/v1alpha1", "RegistryCredential")), owners},
        {"remove a label", labels_patch({{"argocd.argoproj.io/secret-type", nullptr}}), foreign_keys},
        {"change a label", labels_patch({{"argocd.argoproj.io/secret-type", "cluster"}}), foreign_keys},
        {"remove an annotation", annotations_patch({{"helm.sh/resource-policy", nullptr}}), foreign_keys},
        {"change what kubectl applied last",
         annotations_patch({{"kubectl.kubernetes.io/last-applied-configuration", "x"}}),
         foreign_keys},
    };
    for (const auto& each : table) {
        auto patch = adoption;
        patch.update(each.patch, true);
        refuse(each.text, each.request.c_str(), "PATCH", path, patch);
    }
    refuse(only_key, "keep a key of data", "PATCH", path, labels_patch({{"team", "b"}}));
    api().patch(path, {{"metadata", {{"finalizers", nullptr}}}});
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token adds a Secret to a ServiceAccount once, and records only that" *
                      needs_validating_policies) {
    const auto account = account_path(ns_);
    eventually("the namespace has its ServiceAccount", [&] { return api().find(account) ? "" : "none"; });
    const auto added = [](const json& value) { return annotations_patch({{"regcred.dev/added", value}}); };
    allow("add it", "PATCH", account + "?dryRun=All", listed({"regcred"}));
    allow("record it", "PATCH", account + "?dryRun=All", added("regcred"));
    const std::string once = "may add an entry to imagePullSecrets only once";
    const std::string record = "may only write regcred, each once, to the annotation regcred.dev/added";
    const attempt table[] = {
        {"list it twice", listed({"regcred", "regcred"}), once},
        {"list it 30,000 times", listed(std::vector<std::string>(30'000, "regcred")), once},
        {"record another name", added("regcred,other"), record},
        {"record it twice", added("regcred,regcred"), record},
        {"record 200 kB", added(std::string(200'000, 'a')), record},
        {"record 20,000 names", added(fmt::format("{}regcred", std::string(20'000, ','))), record},
        {"generateName", {{"metadata", {{"generateName", "x-"}}}}, "nothing of a ServiceAccount but"},
    };
    for (const auto& each : table)
        refuse(each.text, each.request.c_str(), "PATCH", account, each.patch);
    // What is there already may stay.
    api().patch(account, listed({"regcred", "regcred"}));
    allow("keep a repetition", "PATCH", account + "?dryRun=All", added("regcred"));
    refuse(once, "repeat it once more", "PATCH", account, listed({"regcred", "regcred", "regcred"}));
}

TEST_CASE_FIXTURE(token_fixture, "the token's rights are those of the golden file") {
    std::string rights;
    for (const std::string ns : {"kube-public", "default", own_namespace}) {
        std::istringstream lines(run_or_throw({"kubectl",
                                               "--kubeconfig=" + cluster_.controller_kubeconfig().string(),
                                               "auth",
                                               "can-i",
                                               "--list",
                                               "--no-headers",
                                               "--namespace=" + ns}));
        std::set<std::string> resources;
        for (std::string line; std::getline(lines, line);) {
            // Every ServiceAccount has discovery, questions about itself and trust bundles.
            if (line.find("self") != std::string::npos || line.starts_with(" ") ||
                line.starts_with("clustertrustbundles"))
                continue;
            std::istringstream words(line);
            std::string text;
            for (std::string word; words >> word;)
                text += (text.empty() ? "" : " ") + word;
            resources.insert(text);
        }
        rights += fmt::format("namespace {}\n{}\n\n", ns, fmt::join(resources, "\n"));
    }
    CHECK(rights == read_text(REGCRED_REPOSITORY "/tests/integration/token_rights.txt"));
}
