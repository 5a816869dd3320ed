// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"
#include "token_fixture.hpp"
#include "util/timestamp.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace harness;

// The Events that the controller's token can write, and those that a thief of it cannot: found out by using
// it.

TEST_CASE_FIXTURE(token_fixture,
                  "the token writes Events of its own about its objects, and changes no other" *
                      needs_validating_policies) {
    const auto now = util::write_micro_time(std::chrono::system_clock::now());
    const std::string events = "/apis/events.k8s.io/v1/namespaces/default/events";
    const json credential = {
        {"apiVersion", "regcred.dev/v1alpha1"}, {"kind", "RegistryCredential"}, {"name", "x"}, {"uid", "u"}};
    const auto event =
        [&](const std::string& name, const json& regarding, const json& patch = json::object()) {
            json object = {{"metadata", {{"name", named(name)}}},
                           {"eventTime", now},
                           {"type", "Normal"},
                           {"reason", "Synced"},
                           {"action", "Sync"},
                           {"reportingController", "regcred.dev/controller"},
                           {"reportingInstance", "test"},
                           {"regarding", regarding}};
            object.merge_patch(patch);
            return object;
        };
    allow("an Event", "POST", events + "?dryRun=All", event("own", credential));
    const std::string own = "may only write Events of its own";
    const std::string about =
        "may only write Events about RegistryCredentials and their Secrets: in the namespace default "
        "about a RegistryCredential, and in the namespace of a Secret about one named regcred (add "
        "other names to allowedNames in the ValidatingAdmissionPolicy regcred-events)";
    const std::string bare = "without labels, annotations";
    json node = {{"apiVersion", "v1"}, {"kind", "Node"}, {"name", "node-1"}};
    json pod = {{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", "p"}, {"namespace", "default"}};
    auto other_group = credential;
    other_group["apiVersion"] = "example.com/v1";
    const struct {
        const char* request;
        json event;
        std::string text;
    } table[] = {
        {"in the kubelet's name", event("e", node, {{"reportingController", "kubelet"}}), own},
        {"in nobody's name", event("e", credential, {{"reportingController", "example.com/x"}}), own},
        {"about a Node", event("e", node), about},
        {"about a Pod", event("e", pod), about},
        {"about another group's RegistryCredential", event("e", other_group), about},
        {"with a related object", event("e", credential, {{"related", node}}), bare},
        {"with a label", event("e", credential, labels_patch({{"a", "b"}})), bare},
        {"with 200 kB of annotations",
         event("e", credential, annotations_patch({{"a", std::string(200'000, 'a')}})),
         bare},
        {"with a finalizer",
         event("e", credential, {{"metadata", {{"finalizers", json::array({"example.com/x"})}}}}),
         bare},
    };
    for (const auto& row : table)
        refuse(row.text, row.request, "POST", events, row.event);

    const auto theirs = event("theirs", pod, {{"reportingController", "kubelet"}});
    api().create(events, theirs);
    delete_at_end(events + "/" + named("theirs"));
    const auto path = events + "/" + named("theirs");
    refuse(own,
           "count another's Event up",
           "PATCH",
           path,
           {{"series", {{"count", 9}, {"lastObservedTime", now}}}});
    const auto mine = event("mine", credential);
    allow("create one", "POST", events, mine);
    delete_at_end(events + "/" + named("mine"));
    refuse(bare, "label an own Event", "PATCH", events + "/" + named("mine"), labels_patch({{"a", "b"}}));
}

TEST_CASE_FIXTURE(token_fixture,
                  "the token warns of a copy in its namespace, for three reasons, and writes no other Event "
                  "there" *
                      needs_validating_policies) {
    const auto now = util::write_micro_time(std::chrono::system_clock::now());
    const auto events_of = [](const std::string& ns) {
        return "/apis/events.k8s.io/v1/namespaces/" + ns + "/events";
    };
    const auto events = events_of(ns_);
    const auto event = [&](const std::string& name, const json& patch = json::object()) {
        json object = {{"metadata", {{"name", named(name)}}},
                       {"eventTime", now},
                       {"type", "Warning"},
                       {"reason", "Conflict"},
                       {"action", "Reconcile"},
                       {"reportingController", "regcred.dev/controller"},
                       {"reportingInstance", "test"},
                       {"regarding",
                        {{"apiVersion", "v1"}, {"kind", "Secret"}, {"name", "regcred"}, {"namespace", ns_}}}};
        object.merge_patch(patch);
        return object;
    };
    const auto regarding = [](const json& patch) { return json{{"regarding", patch}}; };
    for (const std::string reason : {"Conflict", "Denied", "QuotaExceeded"})
        allow("a warning", "POST", events + "?dryRun=All", event("own", {{"reason", reason}}));

    const std::string own = "may only write Events of its own";
    const std::string about =
        "may only write Events about RegistryCredentials and their Secrets: in the namespace default "
        "about a RegistryCredential, and in the namespace of a Secret about one named regcred (add "
        "other names to allowedNames in the ValidatingAdmissionPolicy regcred-events)";
    const std::string reasons = "only write warnings about Secrets, with the reason Conflict, Denied or";
    const struct {
        const char* request;
        json patch;
        std::string text;
    } table[] = {
        {"for another reason", {{"reason", "FailedToRetrieveImagePullSecret"}}, reasons},
        {"for a reason of the other kind", {{"reason", "Synced"}}, reasons},
        {"that is no warning", {{"type", "Normal"}}, reasons},
        {"in the kubelet's name", {{"reportingController", "kubelet"}}, own},
        {"about another Secret", regarding({{"name", "other"}}), about},
        {"about a Pod", regarding({{"kind", "Pod"}}), about},
        {"about a ConfigMap of that name", regarding({{"kind", "ConfigMap"}}), about},
        {"about the Namespace",
         regarding({{"kind", "Namespace"}, {"name", ns_}, {"namespace", nullptr}}),
         about},
        {"about another group's Secret", regarding({{"apiVersion", "example.com/v1"}}), about},
        {"about a RegistryCredential",
         regarding({{"kind", "RegistryCredential"},
                    {"apiVersion", "regcred.dev/v1alpha1"},
                    {"namespace", nullptr}}),
         about},
    };
    for (const auto& row : table) {
        const auto answer = send("POST", events + "?dryRun=All", event("e", row.patch));
        CHECK_MESSAGE(answer.status == 422, row.request << ": " << answer.status << ' ' << answer.message());
        // The API server itself refuses some of them first: the namespace of a cluster-scoped object.
        if (answer.message().find("does not match event.namespace") == std::string::npos)
            refuse(row.text, row.request, "POST", events, event("e", row.patch));
    }
    for (const std::string name : protected_namespaces) {
        refuse(
            "may not write Events in " + name +
                ": it is one of protectedNamespaces in the ValidatingAdmissionPolicy regcred-events, or the "
                "namespace of the controller; if Secrets are delivered there, take it out of "
                "protectedNamespaces",
            "in a protected namespace",
            "POST",
            events_of(name),
            event("e", regarding({{"namespace", name}})));
    }

    api().create(events, event("theirs", {{"reportingController", "kubelet"}}));
    const json counted = {{"series", {{"count", 9}, {"lastObservedTime", now}}}};
    refuse(own, "count another's Event up", "PATCH", events + "/" + named("theirs"), counted);
    allow("create one", "POST", events, event("mine"));
    allow("count it up", "PATCH", events + "/" + named("mine"), counted);
    deny("delete it", "DELETE", events + "/" + named("mine"));
    deny("read it", "GET", events + "/" + named("mine"));
}
