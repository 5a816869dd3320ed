// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"
#include "cluster.hpp"
#include "needs.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace harness;

namespace {

/// deploy/admit-pods, and no controller: no ServiceAccount lists anything, so that what a Pod lists is the
/// policy's.
class admitting : public account_scenario {
 protected:
    admitting() { run_or_throw({"kubectl", "apply", "-k", REGCRED_REPOSITORY "/deploy/admit-pods"}); }
    ~admitting() { run_or_throw({"kubectl", "delete", "-k", REGCRED_REPOSITORY "/deploy/admit-pods"}); }
    admitting(const admitting&) = delete;
    admitting& operator=(const admitting&) = delete;

    /// What a Pod would list that is created now.
    [[nodiscard]] std::string admitted(const std::string& ns,
                                       const json& spec = json::object(),
                                       const json& meta = json::object(),
                                       const header_list& headers = {}) {
        json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "first"}}}, {"spec", spec}};
        pod["metadata"].merge_patch(meta);
        pod["spec"]["containers"] = json::array({{{"name", "c"}, {"image", "quay.io/team/app"}}});
        const auto answer = api().send(
            {.method = "POST", .path = namespace_path(ns) + "/pods?dryRun=All", .body = pod, .as = {}},
            headers);
        if (!answer.ok()) return answer.message();
        return pull_secrets_of(answer.body.at("spec"));
    }
    void await_admitted(const std::string& ns, const std::string& listed, const json& spec = json::object()) {
        eventually(fmt::format("a Pod in {} lists [{}]", ns, listed), [&] {
            const auto seen = admitted(ns, spec);
            return seen == listed ? "" : "[" + seen + "]";
        });
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    admitting,
    "the policy adds the Secret to a Pod that does not list it, whatever its ServiceAccount lists" *
        needs_mutating_policies) {
    const auto ns = add_namespace("team");
    const auto credential = add_credential("quay", accounts_spec({"absent"}, {ns}));
    await_admitted(ns, "regcred");
    const auto list = [](const std::vector<std::string>& names) {
        json spec = {{"imagePullSecrets", json::array()}};
        for (const auto& name : names)
            spec["imagePullSecrets"].push_back({{"name", name}});
        return spec;
    };
    CHECK(admitted(ns, list({"theirs"})) == "theirs,regcred");
    CHECK(admitted(ns, list({"regcred", "theirs"})) == "regcred,theirs");
    set_pull_secrets(ns, {"of-the-account"});
    await_admitted(ns, "of-the-account,regcred");
    set_pull_secrets(ns, {"regcred"});
    await_admitted(ns, "regcred");

    set_pull_secrets(ns, {});
    change_spec(credential, {{"suspend", true}});
    await_admitted(ns, "");
    change_spec(credential, {{"suspend", false}, {"secretName", "elsewhere"}});
    await_admitted(ns, "");
    change_spec(credential, {{"secretName", "regcred"}});
    await_admitted(ns, "regcred");
    remove_credential(credential);
    await_admitted(ns, "");
}

TEST_CASE_FIXTURE(
    admitting,
    "the policy selects namespaces and ServiceAccounts as the controller does: globs, labels, opt-out" *
        needs_mutating_policies) {
    const auto value = named("pull");
    const auto ns = add_namespace("team-a", {{"pull", value}, {"tier", "x"}});
    const auto out = add_namespace("team-out", {{"pull", value}});
    api().patch(namespace_path(out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    api().create(namespace_path(ns) + "/serviceaccounts",
                 {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "builder"}}}});
    const auto include = [](const std::vector<std::string>& globs) { return json{{"include", globs}}; };
    const auto labels = [&](const json& expressions) {
        return json{{"selector", {{"matchLabels", {{"pull", value}}}, {"matchExpressions", expressions}}}};
    };
    const auto expression = [](const std::string& key, const std::string& op, const json& values) {
        return json::array({{{"key", key}, {"operator", op}, {"values", values}}});
    };
    const json none = json::array();
    const struct {
        const char* what;
        json namespaces;
        bool selects;
    } table[] = {
        {"all", include({"*"}), true},
        {"a glob", include({"t?am-*"}), true},
        {"another one", include({"team", "eam-*", "team-a"}), false},
        {"excluded", {{"include", {"*"}}, {"exclude", json::array({"team-*"})}}, false},
        {"labels", labels(none), true},
        {"labels that differ", {{"selector", {{"matchLabels", {{"pull", "no"}}}}}}, false},
        {"In", labels(expression("tier", "In", {"y", "x"})), true},
        {"not In", labels(expression("tier", "In", {"y"})), false},
        {"NotIn", labels(expression("tier", "NotIn", {"x"})), false},
        {"NotIn, absent", labels(expression("absent", "NotIn", {"x"})), true},
        {"Exists", labels(expression("tier", "Exists", none)), true},
        {"DoesNotExist", labels(expression("tier", "DoesNotExist", none)), false},
        {"include and labels, of which one selects",
         {{"include", json::array({"prod-*"})}, {"selector", {{"matchLabels", {{"pull", value}}}}}},
         false},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        auto spec = accounts_spec({"absent"}, {"*"});
        spec["namespaces"] = row.namespaces;
        const auto credential = add_credential("case", spec);
        // That the policy knows the object is seen in a namespace that it selects beyond doubt.
        const auto probe = add_credential("probe", accounts_spec({"absent"}, {out}));
        api().patch(namespace_path(out), annotations_patch({{"regcred.dev/opt-out", nullptr}}));
        await_admitted(out, "regcred");
        if (row.selects) {
            await_admitted(ns, "regcred");
        } else {
            CHECK(admitted(ns).empty());
        }
        CHECK(admitted(ns, {{"serviceAccountName", "builder"}}).empty());
        CHECK(admitted("kube-public").empty());
        api().patch(namespace_path(out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
        await_admitted(out, "");
        remove_credential(probe);
        remove_credential(credential);
        await_admitted(ns, "");
    }
    auto spec = accounts_spec({"absent"}, {"*"});
    spec["serviceAccounts"] = json::array({"b*r"});
    const auto credential = add_credential("builder", spec);
    await_admitted(ns, "regcred", {{"serviceAccountName", "builder"}});
    CHECK(admitted(ns).empty());
    remove_credential(credential);
    await_admitted(ns, "", {{"serviceAccountName", "builder"}});
}

TEST_CASE_FIXTURE(admitting,
                  "the policy leaves the mirror Pod of a static Pod as it is" * needs_mutating_policies) {
    const auto ns = add_namespace("team");
    add_credential("quay", accounts_spec({"absent"}, {ns}));
    await_admitted(ns, "regcred");
    const auto mirror = annotations_patch({{"kubernetes.io/config.mirror", "0123"}}).at("metadata");
    const auto node = named("node");
    api().create("/api/v1/nodes", {{"apiVersion", "v1"}, {"kind", "Node"}, {"metadata", {{"name", node}}}});
    delete_at_end("/api/v1/nodes/" + node);
    auto owned = mirror;
    owned["ownerReferences"] = json::array({{{"apiVersion", "v1"},
                                             {"kind", "Node"},
                                             {"name", node},
                                             {"uid", uid_of(api().get("/api/v1/nodes/" + node))},
                                             {"controller", true}}});
    CHECK(admitted(ns, {{"nodeName", node}}, mirror).empty());
    CHECK(admitted(ns,
                   {{"nodeName", node}},
                   owned,
                   {{"Impersonate-User", "system:node:" + node}, {"Impersonate-Group", "system:nodes"}})
              .empty());
}

TEST_CASE_FIXTURE(admitting,
                  "the policy adds the Secret to Pods of controllers that have a list of their own" *
                      needs_mutating_policies) {
    const auto ns = add_namespace("team");
    add_credential("quay", accounts_spec({"absent"}, {ns}));
    await_admitted(ns, "regcred");
    const json own = {{"imagePullSecrets", json::array({{{"name", "own"}}})}};
    const struct {
        const char* api_version;
        const char* kind;
        const char* user;
    } table[] = {{"batch/v1", "Job", "job-controller"},
                 {"apps/v1", "DaemonSet", "daemon-set-controller"},
                 {"apps/v1", "ReplicaSet", "replicaset-controller"},
                 {"apps/v1", "StatefulSet", "statefulset-controller"}};
    for (const auto& row : table) {
        CAPTURE(row.kind);
        const json owner = {{"apiVersion", row.api_version},
                            {"kind", row.kind},
                            {"name", "x"},
                            {"uid", "00000000-0000-0000-0000-000000000000"},
                            {"controller", true}};
        const json meta = {{"ownerReferences", json::array({owner})}};
        const header_list as{
            {"Impersonate-User", fmt::format("system:serviceaccount:kube-system:{}", row.user)}};
        CHECK(admitted(ns, json::object(), meta, as) == "regcred");
        CHECK(admitted(ns, own, meta, as) == "own,regcred");
    }
}

TEST_CASE_FIXTURE(
    admitting,
    "a Pod whose ServiceAccount enforces mountable Secrets is admitted once that lists the Secret, or "
    "if its namespace does not take part" *
        needs_mutating_policies) {
    const auto ns = add_namespace("team");
    add_credential("quay", accounts_spec({"absent"}, {ns}));
    await_admitted(ns, "regcred");
    api().patch(account_path(ns), annotations_patch({{"kubernetes.io/enforce-mountable-secrets", "true"}}));
    eventually("the API server knows the annotation", [&] {
        const auto seen = admitted(ns);
        return seen.find("imagePullSecrets[0].name=\"regcred\" is not allowed") != std::string::npos ? ""
                                                                                                     : seen;
    });
    set_pull_secrets(ns, {"regcred"});
    await_admitted(ns, "regcred");
    set_pull_secrets(ns, {});
    api().patch(namespace_path(ns), annotations_patch({{"regcred.dev/admit-pods", "false"}}));
    await_admitted(ns, "");
}
