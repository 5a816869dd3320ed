// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "support/eventually.hpp"
#include "support/fake_kubelet.hpp"
#include "support/subprocess.hpp"
#include "token_fixture.hpp"
#include "util/timestamp.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace harness;

// What the controller's token can do with all but Secrets, and what a thief of it cannot: found out by using
// it.

namespace {

json pull_secrets(const std::vector<std::string>& names) {
    json list = json::array();
    for (const auto& name : names)
        list.push_back({{"name", name}});
    return {{"imagePullSecrets", list}};
}

json pod(const std::string& name) {
    return {{"metadata", {{"name", name}}},
            {"spec", {{"containers", json::array({{{"name", "c"}, {"image", "x"}}})}}}};
}

}  // namespace

TEST_CASE_FIXTURE(token_fixture,
                  "the token changes imagePullSecrets named regcred of ServiceAccounts named default, and "
                  "nothing else of them" *
                      needs_validating_policies) {
    const auto accounts = namespace_path(ns_) + "/serviceaccounts";
    const auto account = account_path(ns_);
    eventually("the namespace has its ServiceAccount", [&] { return api().find(account) ? "" : "none"; });
    api().create(accounts,
                 {{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "other"}}}});
    auto theirs = pull_secrets({"theirs", "b"});
    theirs["metadata"] = {{"labels", {{"a", "b"}}},
                          {"annotations", {{"cloud/role", "plain"}}},
                          {"finalizers", json::array({"example.com/x"})}};
    api().patch(account, theirs);

    const std::string all = "/api/v1/serviceaccounts";
    const auto named_default = all + "?fieldSelector=metadata.name%3Ddefault";
    allow("list the ServiceAccounts named default of every namespace", "GET", named_default);
    if (serves_streaming_lists(api()))
        allow("watch them with a streaming list", "GET", named_default + streamed);
    auto added = pull_secrets({"theirs", "regcred", "b"});
    added.merge_patch(annotations_patch({{"regcred.dev/added", "regcred"}}));
    allow("add an entry to one, and say so", "PATCH", account, added);
    auto taken_back = pull_secrets({"theirs", "b"});
    taken_back["metadata"]["annotations"]["regcred.dev/added"] = nullptr;
    allow("take it back", "PATCH", account, taken_back);

    deny("list every ServiceAccount", "GET", all);
    deny("list the ServiceAccounts of a namespace", "GET", accounts);
    const auto other = account_path(ns_, "other");
    deny("read a ServiceAccount of another name", "GET", other);
    deny("change a ServiceAccount of another name", "PATCH", other, pull_secrets({"regcred"}));
    deny("replace a ServiceAccount", "PUT", account, {{"metadata", {{"name", "default"}}}});
    deny("delete a ServiceAccount", "DELETE", account);
    deny("create a ServiceAccount", "POST", accounts, {{"metadata", {{"name", "x"}}}});

    const json owner = {{"apiVersion", "v1"},
                        {"kind", "ConfigMap"},
                        {"name", "x"},
                        {"uid", "00000000-0000-0000-0000-000000000000"}};
    const std::string entries = "only add and remove imagePullSecrets named regcred";
    const std::string annotations = "no annotation but regcred.dev/added";
    const std::string else_nothing = "nothing of a ServiceAccount but imagePullSecrets";
    const struct {
        const char* request;
        json patch;
        std::string text;
    } table[] = {
        {"list another Secret there", pull_secrets({"theirs", "b", "mine"}), entries},
        {"take somebody else's entry away", pull_secrets({"theirs", "regcred"}), entries},
        {"take all entries away", {{"imagePullSecrets", nullptr}}, entries},
        {"change their order", pull_secrets({"b", "theirs"}), entries},
        {"add an annotation", annotations_patch({{"eks.amazonaws.com/role-arn", "admin"}}), annotations},
        {"change an annotation", annotations_patch({{"cloud/role", "admin"}}), annotations},
        {"remove an annotation", annotations_patch({{"cloud/role", nullptr}}), annotations},
        {"remove all annotations", annotations_patch(nullptr), annotations},
        {"add a label", labels_patch({{"c", "d"}}), else_nothing},
        {"remove all labels", {{"metadata", {{"labels", nullptr}}}}, else_nothing},
        {"add an owner", {{"metadata", {{"ownerReferences", json::array({owner})}}}}, else_nothing},
        {"remove a finalizer", {{"metadata", {{"finalizers", nullptr}}}}, else_nothing},
        {"add to secrets", {{"secrets", json::array({{{"name", "regcred"}}})}}, else_nothing},
        {"mount its token", {{"automountServiceAccountToken", true}}, else_nothing},
    };
    for (const auto& row : table)
        refuse(row.text, row.request, "PATCH", account, row.patch);
    for (const std::string name : protected_namespaces) {
        refuse("may not change ServiceAccounts in " + name +
                   ": it is one of protectedNamespaces in the ValidatingAdmissionPolicy "
                   "regcred-service-accounts, or the namespace of the controller; take it out of "
                   "spec.namespaces.include of the RegistryCredential, or out of protectedNamespaces",
               "change one in a protected namespace",
               "PATCH",
               account_path(name),
               pull_secrets({"regcred"}));
    }
    api().patch(account, {{"metadata", {{"finalizers", nullptr}}}});
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token writes the status of RegistryCredentials and Events about them, and no more" *
                      needs_validating_policies) {
    const auto name = add_credential("minimal", spec_of({"hub-login"}, {"*"}));
    const auto credential = credential_path(name);
    auto object = api().get(credential);
    object["status"]["summary"] = "1/1";
    allow("write the status of a RegistryCredential", "PUT", credential + "/status", object);
    deny("patch the status", "PATCH", credential + "/status", {{"status", {{"summary", "1/1"}}}});
    deny("read the status alone", "GET", credential + "/status");
    deny("change a RegistryCredential", "PATCH", credential, {{"spec", {{"suspend", true}}}});
    deny("delete a RegistryCredential", "DELETE", credential);
    deny("create a RegistryCredential", "POST", credentials, credential_object("x", nullptr));

    const std::string groups = "/apis/events.k8s.io/v1/namespaces/";
    const auto now = util::write_micro_time(std::chrono::system_clock::now());
    const json event = {{"metadata", {{"name", named("event")}}},
                        {"eventTime", now},
                        {"type", "Normal"},
                        {"reason", "Synced"},
                        {"action", "Sync"},
                        {"note", "a test"},
                        {"reportingController", "regcred.dev/controller"},
                        {"reportingInstance", "test"},
                        {"regarding", owner_reference_to(api().get(credential))}};
    const auto path = groups + "default/events/" + named("event");
    delete_at_end(path);
    allow("create an Event about a RegistryCredential", "POST", groups + "default/events", event);
    allow("patch it", "PATCH", path, {{"series", {{"count", 2}, {"lastObservedTime", now}}}});
    const auto described = run({"kubectl", "describe", "registrycredential", name});
    CHECK_MESSAGE(described.text.find("a test") != std::string::npos, described.text);
    // The API server itself keeps Events about cluster-scoped objects in default and in kube-system.
    refuse("does not match event.namespace",
           "create it in another namespace",
           "POST",
           groups + ns_ + "/events",
           event);
    refuse("only write Events about RegistryCredentials",
           "create it in kube-system",
           "POST",
           groups + "kube-system/events",
           event);
    deny("create a core Event in another namespace", "POST", core_events_in(ns_), event);
    deny("read the Events of another namespace", "GET", groups + ns_ + "/events");
    const auto core = core_events_in("default");
    deny("read an Event", "GET", core + "/" + named("event"));
    deny("read Events of the newer API group", "GET", groups + "default/events");
    deny("create an Event of the core group", "POST", core, event);
    deny("delete an Event", "DELETE", core + "/" + named("event"));
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token watches Events of failed pulls and reads Pods by name, and no more") {
    const std::string events = "/api/v1/events";
    const auto pods = pods_in(ns_);
    const auto waiting = pod_path(ns_, "waiting");
    eventually("the namespace has its ServiceAccount",
               [&] { return api().find(account_path(ns_)) ? "" : "none"; });
    api().create(pods, pod("waiting"));
    allow("list Events of every namespace", "GET", events + "?limit=1", nullptr, metadata_only);
    allow("watch those of failed pulls",
          "GET",
          events + "?fieldSelector=reason%3DFailedToRetrieveImagePullSecret%2CinvolvedObject.kind%3DPod" +
              watched);
    allow("read a Pod that is known by name", "GET", waiting);
    deny("list Pods", "GET", pods);
    deny("list the Pods of every namespace", "GET", "/api/v1/pods");
    deny("watch Pods", "GET", pods + "?watch=1&timeoutSeconds=1");
    deny("delete a Pod", "DELETE", waiting);
    deny("change a Pod", "PATCH", waiting, labels_patch({{"a", "b"}}));
    deny("change the status of a Pod", "PATCH", waiting + "/status", {{"status", {{"phase", "Running"}}}});
    deny("read the log of a Pod", "GET", waiting + "/log");
    deny("put a container into a Pod",
         "PATCH",
         waiting + "/ephemeralcontainers",
         {{"spec", {{"ephemeralContainers", json::array()}}}});
}

TEST_CASE_FIXTURE(token_fixture, "the token can raise no rights, its own included") {
    const auto one = namespace_path(ns_);
    const std::string rbac = "/apis/rbac.authorization.k8s.io/v1";
    const std::string admission = "/apis/admissionregistration.k8s.io/v1";
    const json any_token = {{"spec", json::object()}};
    deny("create a Pod", "POST", pods_in(ns_), pod("x"));
    deny("create a namespace", "POST", namespaces, {{"metadata", {{"name", "x"}}}});
    deny("label a namespace", "PATCH", one, labels_patch({{"pull", "private"}}));
    deny("delete a namespace", "DELETE", one);
    deny("request a token of a ServiceAccount", "POST", account_path(ns_) + "/token", any_token);
    deny("request a token of its own",
         "POST",
         account_path(own_namespace, "regcred-controller") + "/token",
         any_token);
    deny("impersonate an administrator",
         "GET",
         namespaces,
         nullptr,
         {{"Impersonate-User", "admin"}, {"Impersonate-Group", "system:masters"}});
    deny("read ConfigMaps", "GET", namespace_path("kube-system") + "/configmaps");
    deny("change its ClusterRole",
         "PATCH",
         rbac + "/clusterroles/regcred-controller",
         {{"rules", json::array()}});
    deny("bind a role",
         "POST",
         rbac + "/clusterrolebindings",
         {{"metadata", {{"name", "x"}}},
          {"roleRef",
           {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "cluster-admin"}}}});
    deny("change the policy that fences it",
         "PATCH",
         admission + "/validatingadmissionpolicies/regcred-controller",
         {{"spec", {{"failurePolicy", "Ignore"}}}});
    deny("delete the binding of that policy",
         "DELETE",
         admission + "/validatingadmissionpolicybindings/regcred-controller");
}
