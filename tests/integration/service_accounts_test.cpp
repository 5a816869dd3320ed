// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "accounts"));

}  // namespace

TEST_CASE_FIXTURE(
    account_scenario,
    "every selected ServiceAccount lists the Secret after one write, and status.serviceAccounts counts it") {
    start();
    const auto a = add_namespace("team-a");
    const auto b = add_namespace("team-b");
    const auto other = add_namespace("other");
    const auto before = mark();
    const auto credential = add_accounts_credential({named("team-*")});
    await_pull_secrets(a, "regcred", "regcred");
    await_pull_secrets(b, "regcred", "regcred");
    await_copies({a, b}, document);
    const auto object = await_ready(credential, "2/2");
    CHECK(condition_of(object, "ServiceAccountsPatched")["status"] == "True");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 2}, {"patched", 2}, {"failed", 0}});
    CHECK(pull_secrets_of(service_account_in(other)).empty());
    settle();
    CHECK(account_writes(before) == lines({"patch " + a + "/default", "patch " + b + "/default"}));
}

TEST_CASE_FIXTURE(account_scenario,
                  "the ServiceAccount of a new namespace lists the Secret before the Secret exists") {
    start();
    const auto source = named("later");
    const auto credential = add_credential("quay", accounts_spec({source}, {named("team-*")}));
    await_condition(credential, "SourcesValid", "False", "SourceNotFound");
    const auto ns = add_namespace("team-a");
    await_pull_secrets(ns, "regcred", "regcred");
    CHECK_FALSE(api().find(secret_path(ns)));
    add_source(docker_config_secret(source, one_login("quay.io", "accounts")));
    await_copy(ns, document);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    account_scenario,
    "other writers' entries keep their order and repeats, and only the controller's own entry is removed") {
    start();
    const auto ns = add_namespace("team-a");
    const auto theirs = add_namespace("team-b");
    set_pull_secrets(ns, {"theirs", "", "theirs"});
    set_pull_secrets(theirs, {"regcred", "regcred"});
    const auto credential = add_accounts_credential({named("team-*")});
    await_pull_secrets(ns, "theirs,,theirs,regcred", "regcred");
    await_ready(credential, "2/2");
    settle();
    auto before = mark();
    set_pull_secrets(ns, {"theirs", "regcred", "late", "theirs"});  // moved, which is no business of ours
    settle();
    CHECK(account_writes(before).empty());

    before = mark();
    change_spec(credential, {{"serviceAccounts", nullptr}});
    await_pull_secrets(ns, "theirs,late,theirs", "");
    const auto object = await_ready(credential, "2/2");
    CHECK(condition_of(object, "ServiceAccountsPatched").is_null());
    CHECK_FALSE(object["status"].contains("serviceAccounts"));
    settle();
    CHECK(account_writes(before) == lines({"patch " + ns + "/default"}));
    CHECK(pull_secrets_of(service_account_in(theirs)) == "regcred,regcred");
    await_copies({ns, theirs}, document);
}

TEST_CASE_FIXTURE(account_scenario,
                  "deselection, opt-out and deletion of the RegistryCredential remove the entry") {
    start();
    const auto value = named("pull");
    const auto deselected = add_namespace("deselected", {{"pull", value}});
    const auto opted_out = add_namespace("opted-out", {{"pull", value}});
    const auto ended = add_namespace("ended", {{"pull", value}});
    auto spec = accounts_spec({add_source("quay", one_login("quay.io", "accounts"))}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    const auto credential = add_credential("quay", spec);
    for (const auto& ns : {deselected, opted_out, ended})
        await_pull_secrets(ns, "regcred", "regcred");
    await_ready(credential, "3/3");
    settle();

    const auto before = mark();
    api().patch(namespace_path(deselected), labels_patch({{"pull", nullptr}}));
    api().patch(namespace_path(opted_out), annotations_patch({{"regcred.dev/opt-out", "true"}}));
    await_pull_secrets(deselected, "", "");
    await_pull_secrets(opted_out, "", "");
    await_no_copy(deselected);
    const auto object = await_ready(credential, "1/1");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 1}, {"patched", 1}, {"failed", 0}});
    remove_credential(credential);
    await_pull_secrets(ended, "", "");
    settle();
    CHECK(account_writes(before) == lines({"patch " + deselected + "/default",
                                           "patch " + opted_out + "/default",
                                           "patch " + ended + "/default"}));
}

TEST_CASE_FIXTURE(
    account_scenario,
    "the controller removes at its start the entries that were deselected, opted out or deleted meanwhile") {
    start();
    const auto value = named("pull");
    const auto relabelled = add_namespace("relabelled", {{"pull", value}});
    const auto opted_out = add_namespace("opted-out", {{"pull", value}});
    const auto stays = add_namespace("stays", {{"pull", value}});
    const auto ended = add_namespace("ended");
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    auto spec = accounts_spec({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    const auto credential = add_credential("quay", spec);
    const auto short_lived = add_credential("short", accounts_spec({source}, {ended}));
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
        await_pull_secrets(ns, "", "");
    await_ready(credential, "1/1");
    await_pull_secrets(stays, "regcred", "regcred");
    settle();
    CHECK(account_writes(before) == lines({"patch " + relabelled + "/default",
                                           "patch " + opted_out + "/default",
                                           "patch " + ended + "/default"}));
}

TEST_CASE_FIXTURE(account_scenario,
                  "two RegistryCredentials share one entry, which is removed with the last of them") {
    start();
    const auto ns = add_namespace("team");
    const auto a = add_credential("a", accounts_spec({add_source("a", one_login("quay.io", "a"))}, {ns}));
    const auto b = add_credential("b", accounts_spec({add_source("b", one_login("ghcr.io", "b"))}, {ns}));
    await_ready(a, "1/1");
    await_ready(b, "1/1");
    await_pull_secrets(ns, "regcred", "regcred");
    settle();
    const auto before = mark();
    remove_credential(a);
    await_copy(ns, document_of(one_login("ghcr.io", "b")));
    await_pull_secrets(ns, "regcred", "regcred");
    change_spec(b, {{"serviceAccounts", json::array()}});
    await_pull_secrets(ns, "", "");
    await_ready(b, "1/1");
    settle();
    CHECK(account_writes(before) == lines({"patch " + ns + "/default"}));
}

TEST_CASE_FIXTURE(account_scenario,
                  "deletionPolicy Retain keeps the entry when the RegistryCredential is deleted, and removes "
                  "it on deselection") {
    start();
    const auto kept = add_namespace("kept");
    const auto deselected = add_namespace("deselected");
    auto spec = accounts_spec({add_source("quay", one_login("quay.io", "accounts"))}, {kept, deselected});
    spec["deletionPolicy"] = "Retain";
    const auto credential = add_credential("quay", spec);
    await_ready(credential, "2/2");
    change_spec(credential, {{"namespaces", {{"include", json::array({kept})}}}});
    await_pull_secrets(deselected, "", "");
    remove_credential(credential);
    await_pull_secrets(kept, "regcred", "");
    await_copy(kept, document);
}

TEST_CASE_FIXTURE(account_scenario, "spec.suspend stops patches of ServiceAccounts, and the status goes on") {
    start();
    const auto ns = add_namespace("team-a");
    const auto credential = add_accounts_credential({named("team-*")});
    await_ready(credential, "1/1");
    change_spec(credential, {{"suspend", true}, {"serviceAccounts", json::array()}});
    await_condition(credential, "ServiceAccountsPatched", "False", "Suspended");
    change_spec(credential, {{"serviceAccounts", json::array({"default"})}});
    await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
    const auto late = add_namespace("team-b");
    const auto object = await_condition(credential, "ServiceAccountsPatched", "False", "Suspended");
    CHECK(object["status"]["serviceAccounts"] == json{{"selected", 2}, {"patched", 1}, {"failed", 1}});
    CHECK(pull_secrets_of(service_account_in(late)).empty());
    CHECK(pull_secrets_of(service_account_in(ns)) == "regcred");
    change_spec(credential, {{"suspend", false}});
    await_pull_secrets(late, "regcred", "regcred");
    await_ready(credential, "2/2");
}
