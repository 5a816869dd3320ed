// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "accounts"));

}  // namespace

TEST_CASE_FIXTURE(account_scenario,
                  "every selected ServiceAccount lists the Secret after one write, and the status says so") {
    start();
    const auto a = add_home("team-a");
    const auto b = add_home("team-b");
    const auto other = add_home("other");
    const auto before = mark();
    const auto credential = add_credential(
        "quay", asking_spec({add_source("quay", one_login("quay.io", "accounts"))}, {named("team-*")}));
    await_list(a, "regcred", "regcred");
    await_list(b, "regcred", "regcred");
    await_copies({a, b}, document);
    const auto object = await_ready(credential, "2/2");
    CHECK(condition_of(object, "ServiceAccountsPatched")["status"] == "True");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 2}, {"patched", 2}, {"failed", 0}});
    CHECK(listed_in(account_in(other)).empty());
    settle();
    CHECK(account_writes(before) == lines({"patch " + a + "/default", "patch " + b + "/default"}));
}

TEST_CASE_FIXTURE(
    account_scenario,
    "a new namespace's ServiceAccount lists the Secret even before there is a Secret to deliver") {
    start();
    const auto source = named("later");
    const auto credential = add_credential("quay", asking_spec({source}, {named("team-*")}));
    await_condition(credential, "SourcesValid", "False", "SourceNotFound");
    const auto ns = add_home("team-a");
    await_list(ns, "regcred", "regcred");
    CHECK_FALSE(api().find(secret_path(ns)));
    add_source(docker_config_secret(source, one_login("quay.io", "accounts")));
    await_copy(ns, document);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(account_scenario,
                  "other writers' entries, their order and repeats survive, and only ours is taken back") {
    start();
    const auto ns = add_home("team-a");
    const auto theirs = add_home("team-b");
    set_list(ns, {"theirs", "", "theirs"});
    set_list(theirs, {"regcred", "regcred"});
    const auto credential = add_credential(
        "quay", asking_spec({add_source("quay", one_login("quay.io", "accounts"))}, {named("team-*")}));
    await_list(ns, "theirs,,theirs,regcred", "regcred");
    await_ready(credential, "2/2");
    settle();
    auto before = mark();
    set_list(ns, {"theirs", "regcred", "late", "theirs"});  // moved, which is no business of ours
    settle();
    CHECK(account_writes(before).empty());

    before = mark();
    change_spec(credential, {{"serviceAccounts", nullptr}});
    await_list(ns, "theirs,late,theirs", "");
    const auto object = await_ready(credential, "2/2");
    CHECK(condition_of(object, "ServiceAccountsPatched").is_null());
    CHECK_FALSE(object["status"].contains("serviceAccounts"));
    settle();
    CHECK(account_writes(before) == lines({"patch " + ns + "/default"}));
    CHECK(listed_in(account_in(theirs)) == "regcred,regcred");
    await_copies({ns, theirs}, document);
}

TEST_CASE_FIXTURE(account_scenario, "deselection, opt-out and the end of the object take the entry back") {
    start();
    const auto value = named("pull");
    const auto deselected = add_home("deselected", {{"pull", value}});
    const auto opted_out = add_home("opted-out", {{"pull", value}});
    const auto ended = add_home("ended", {{"pull", value}});
    auto spec = asking_spec({add_source("quay", one_login("quay.io", "accounts"))}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    const auto credential = add_credential("quay", spec);
    for (const auto& ns : {deselected, opted_out, ended})
        await_list(ns, "regcred", "regcred");
    await_ready(credential, "3/3");
    settle();

    const auto before = mark();
    api().patch(namespace_path(deselected), labels_patch({{"pull", nullptr}}));
    api().patch(namespace_path(opted_out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    await_list(deselected, "", "");
    await_list(opted_out, "", "");
    await_no_copy(deselected);
    const auto object = await_ready(credential, "1/1");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 1}, {"patched", 1}, {"failed", 0}});
    remove_credential(credential);
    await_list(ended, "", "");
    settle();
    CHECK(account_writes(before) == lines({"patch " + deselected + "/default",
                                           "patch " + opted_out + "/default",
                                           "patch " + ended + "/default"}));
}

TEST_CASE_FIXTURE(
    account_scenario,
    "what was deselected, opted out or deleted while no controller ran is taken back at the start") {
    start();
    const auto value = named("pull");
    const auto relabelled = add_home("relabelled", {{"pull", value}});
    const auto opted_out = add_home("opted-out", {{"pull", value}});
    const auto stays = add_home("stays", {{"pull", value}});
    const auto ended = add_home("ended");
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    auto spec = asking_spec({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    const auto credential = add_credential("quay", spec);
    const auto short_lived = add_credential("short", asking_spec({source}, {ended}));
    await_ready(credential, "3/3");
    await_ready(short_lived, "1/1");
    settle();
    stop();

    const auto before = mark();
    api().patch(namespace_path(relabelled), labels_patch({{"pull", nullptr}}));
    api().patch(namespace_path(opted_out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    remove_credential(short_lived);
    start();
    for (const auto& ns : {relabelled, opted_out, ended})
        await_list(ns, "", "");
    await_ready(credential, "1/1");
    await_list(stays, "regcred", "regcred");
    settle();
    CHECK(account_writes(before) == lines({"patch " + relabelled + "/default",
                                           "patch " + opted_out + "/default",
                                           "patch " + ended + "/default"}));
}

TEST_CASE_FIXTURE(account_scenario,
                  "two objects that want one entry share it, and the last one takes it back") {
    start();
    const auto ns = add_home("team");
    const auto a = add_credential("a", asking_spec({add_source("a", one_login("quay.io", "a"))}, {ns}));
    const auto b = add_credential("b", asking_spec({add_source("b", one_login("ghcr.io", "b"))}, {ns}));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    await_list(ns, "regcred", "regcred");
    settle();
    const auto before = mark();
    remove_credential(a);
    await_copy(ns, document_of(one_login("ghcr.io", "b")));
    await_list(ns, "regcred", "regcred");
    change_spec(b, {{"serviceAccounts", json::array()}});
    await_list(ns, "", "");
    await_ready(b, "1/1");
    settle();
    CHECK(account_writes(before) == lines({"patch " + ns + "/default"}));
}

TEST_CASE_FIXTURE(
    account_scenario,
    "a Retain object leaves the entry with the Secret when it goes, and takes it back before that") {
    start();
    const auto kept = add_home("kept");
    const auto deselected = add_home("deselected");
    auto spec = asking_spec({add_source("quay", one_login("quay.io", "accounts"))}, {kept, deselected});
    spec["deletionPolicy"] = "Retain";
    const auto credential = add_credential("quay", spec);
    await_ready(credential, "2/2");
    change_spec(credential, {{"namespaces", {{"include", json::array({kept})}}}});
    await_list(deselected, "", "");
    remove_credential(credential);
    await_list(kept, "regcred", "");
    await_copy(kept, document);
}

TEST_CASE_FIXTURE(account_scenario, "suspend changes no ServiceAccount and goes on reporting") {
    start();
    const auto ns = add_home("team-a");
    const auto credential = add_credential(
        "quay", asking_spec({add_source("quay", one_login("quay.io", "accounts"))}, {named("team-*")}));
    await_ready(credential, "1/1");
    change_spec(credential, {{"suspend", true}, {"serviceAccounts", json::array()}});
    await_condition(credential, "ServiceAccountsPatched", "False", "Suspended");
    change_spec(credential, {{"serviceAccounts", json::array({"default"})}});
    await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
    const auto late = add_home("team-b");
    const auto object = await_condition(credential, "ServiceAccountsPatched", "False", "Suspended");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 2}, {"patched", 1}, {"failed", 1}});
    CHECK(listed_in(account_in(late)).empty());
    CHECK(listed_in(account_in(ns)) == "regcred");
    change_spec(credential, {{"suspend", false}});
    await_list(late, "regcred", "regcred");
    await_ready(credential, "2/2");
}
