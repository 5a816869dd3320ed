// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "selection"));

json by_label(const std::string& source, const std::string& key, const std::string& value) {
    auto spec = spec_of({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{key, value}}}}}};
    return spec;
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "a change of a namespace's labels creates the copy, deletes it and creates it again") {
    start();
    const auto value = named("pull");
    const auto ns = add_namespace("team", {{"pull", value}});
    const auto later = add_namespace("later");
    const auto source = add_source("quay", one_login("quay.io", "selection"));
    const auto credential = add_credential("quay", by_label(source, "pull", value));
    await_copy(ns, document);
    await_ready(credential, "1/1");

    const auto before = mark();
    api().patch(namespace_path(ns), labels_patch({{"pull", "no"}}));
    await_no_copy(ns);
    await_ready(credential, "0/0");
    api().patch(namespace_path(later), labels_patch({{"pull", value}}));
    await_copy(later, document);
    api().patch(namespace_path(ns), labels_patch({{"pull", value}}));
    await_copy(ns, document);
    await_ready(credential, "2/2");
    settle();
    CHECK(secret_writes(before) ==
          lines({"delete " + ns + "/regcred", "create " + later + "/regcred", "create " + ns + "/regcred"}));
}

TEST_CASE_FIXTURE(scenario, "exclude wins over include, and the copies follow a change of either") {
    start();
    const auto a = add_namespace("team-a");
    const auto box = add_namespace("team-sandbox");
    const auto source = add_source("quay", one_login("quay.io", "selection"));
    auto spec = spec_of({source}, {named("team-*")});
    spec["namespaces"]["exclude"] = json::array({"*-sandbox-*", "marker-*"});
    const auto credential = add_credential("quay", spec);
    await_copy(a, document);
    await_ready(credential, "1/1");
    CHECK_FALSE(api().find(secret_path(box)));

    change_spec(credential, {{"namespaces", {{"exclude", json::array({"team-a-*"})}}}});
    await_copy(box, document);
    await_no_copy(a);
    change_spec(credential, {{"namespaces", {{"include", json::array({a})}, {"exclude", nullptr}}}});
    await_copy(a, document);
    await_no_copy(box);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(scenario, "the opt-out annotation of a namespace wins over every selection") {
    start();
    const auto out = add_namespace("out", {}, {{"regcred.dev/opt-out", "true"}});
    const auto in = add_namespace("in", {}, {{"regcred.dev/opt-out", "false"}});
    const auto source = add_source("quay", one_login("quay.io", "selection"));
    const auto credential = add_credential("quay", spec_of({source}, {out, in}));
    await_copy(in, document);
    await_ready(credential, "1/1");
    CHECK_FALSE(api().find(secret_path(out)));

    api().patch(namespace_path(in), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    await_no_copy(in);
    await_ready(credential, "0/0");
    api().patch(namespace_path(in), annotations_patch({{"regcred.dev/opt-out", nullptr}}));
    api().patch(namespace_path(out), annotations_patch({{"regcred.dev/opt-out", nullptr}}));
    await_copies({in, out}, document);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(scenario, "include [\"*\"] selects every namespace but the system's") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "selection"));
    auto spec = spec_of({source}, {"*"});
    spec["namespaces"]["exclude"] = json::array({"marker-*"});
    const auto before = mark();
    const auto credential = add_credential("quay", spec);
    await_copies({ns, "default"}, document);
    await_condition(credential, "Ready", "True", "Synced");
    settle();
    for (const auto* system : {"kube-system", "kube-public", "kube-node-lease", own_namespace})
        CHECK_FALSE(api().find(secret_path(system)));
    for (const auto& record : requests_since(before)) {  // nor was it tried
        CHECK_FALSE((record.is_write() && record.namespace_name.starts_with("kube-")));
        CHECK_FALSE((record.is_write() && record.namespace_name == own_namespace));
    }
    remove_credential(credential);
    await_no_copy("default");
}

TEST_CASE_FIXTURE(scenario, "a terminating namespace is ignored without a retry or a warning") {
    start();
    const auto ns = add_namespace("going");
    // What keeps it from ending.
    const auto anchor =
        json{{"apiVersion", "v1"},
             {"kind", "ConfigMap"},
             {"metadata", {{"name", "anchor"}, {"finalizers", json::array({"example.com/anchor"})}}}};
    const auto anchor_path = namespace_path(ns) + "/configmaps/anchor";
    api().create(namespace_path(ns) + "/configmaps", anchor);
    const auto stays = add_namespace("staying");
    const auto [source, credential] = synced({ns, stays}, "selection");
    settle();

    const auto before = mark();
    api().remove(namespace_path(ns));
    await_no_copy(ns, "regcred", long_patience);  // the namespace controller takes it
    await_ready(credential, "1/1");
    change_source(source, one_login("quay.io", "rotated"));
    await_copy(stays, document_of(one_login("quay.io", "rotated")));
    settle();
    CHECK(secret_writes(before) == lines({"update " + stays + "/regcred"}));
    for (const auto& record : requests_since(before))
        CHECK_FALSE((record.namespace_name == ns && record.is_write()));
    for (const auto& record : log_records()) {
        const bool loud = record.at("level") == "warn" || record.at("level") == "error";
        CHECK_FALSE((loud && record.dump().find(ns) != std::string::npos));
    }
    api().patch(anchor_path, {{"metadata", {{"finalizers", nullptr}}}});
}

TEST_CASE_FIXTURE(scenario, "a namespace that is deleted and recreated under its name gets a new copy") {
    start();
    const auto ns = add_namespace("phoenix");
    const auto credential = synced({ns}, "selection").credential;
    const auto first = uid_of(copy_in(ns));

    api().remove(namespace_path(ns));
    eventually(
        "the namespace is gone",
        [&] { return api().find(namespace_path(ns)) ? "it is there" : ""; },
        long_patience);
    const auto before = mark();
    api().create(namespaces, namespace_object(ns));
    await_copy(ns, document);
    await_ready(credential, "1/1");
    CHECK(uid_of(copy_in(ns)) != first);
    settle();
    CHECK(secret_writes(before) == lines({"create " + ns + "/regcred"}));
}

TEST_CASE_FIXTURE(scenario,
                  "the controller deletes at its start the copies of namespaces that were deselected, "
                  "excluded or opted out meanwhile") {
    start();
    const auto value = named("pull");
    const auto relabelled = add_namespace("relabelled", {{"pull", value}});
    const auto opted_out = add_namespace("opted-out", {{"pull", value}});
    const auto excluded = add_namespace("excluded", {{"pull", value}});
    const auto stays = add_namespace("staying", {{"pull", value}});
    const auto source = add_source("quay", one_login("quay.io", "selection"));
    const auto credential = add_credential("quay", by_label(source, "pull", value));
    await_ready(credential, "4/4");
    settle();
    stop();

    const auto before = mark();
    api().patch(namespace_path(relabelled), labels_patch({{"pull", nullptr}}));
    api().patch(namespace_path(opted_out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    change_spec(credential, {{"namespaces", {{"exclude", json::array({excluded})}}}});
    start();
    for (const auto& ns : {relabelled, opted_out, excluded})
        await_no_copy(ns);
    await_ready(credential, "1/1");
    settle();
    CHECK(secret_writes(before) == lines({"delete " + relabelled + "/regcred",
                                          "delete " + opted_out + "/regcred",
                                          "delete " + excluded + "/regcred"}));
    await_copy(stays, document);
}
