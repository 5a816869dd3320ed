// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "guarded.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

using namespace harness;

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "with --deletion-guard=approve a mass deletion waits for an approval, which is good for what "
    "was held then and for nothing later") {
    label(nullptr, 12);
    const auto early = awaited(12);
    api().patch(namespace_path(all[12]), labels_patch({{"pull", nullptr}}));
    const auto now = awaited(13);
    CHECK(now > early);
    approve(early);
    settle();
    CHECK(deletions() == 0);
    approve(now);
    for (std::size_t n = 0; n < 13; ++n)
        await_no_copy(all[n]);
    await_ready(credential, "12/12");
    CHECK(deletions() == 13);

    // The annotation is still there when the labels are lost once more.
    label(value, 13);
    await_ready(credential, "25/25");
    label(nullptr, 13);
    CHECK(awaited(13) > now);
    CHECK(deletions() == 13);
    CHECK(reads() == 0);
    label(value, 13);
    await_ready(credential, "25/25");
}

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "an approved loss of entries in a shared copy that became immutable meanwhile recreates the "
    "copy with what the other owner delivers") {
    const auto [source, wide] = add_wide();
    label(nullptr);
    static_cast<void>(awaited(many));
    const auto& immutable = all.front();
    const auto uid = uid_of(copy_in(immutable));
    api().patch(secret_path(immutable), {{"immutable", true}});
    // To be made mutable it must be deleted, and then the held entries are in no Secret.
    await_condition(wide, "Synced", "False", "Conflict", "24/25");
    settle();
    CHECK(uid_of(copy_in(immutable)) == uid);
    CHECK(data_of(copy_in(immutable)) == shared_document("wide"));

    approve(awaited(many));
    const auto rest = document_of(one_login("ghcr.io", "wide"));
    await_copies(all, rest);
    const auto recreated = copy_in(immutable);
    CHECK(uid_of(recreated) != uid);
    CHECK_FALSE(recreated.contains("immutable"));
    CHECK(annotation_of(recreated, "regcred.dev/entries")
              .find(uid_of(api().get(credential_path(credential)))) == std::string::npos);
    await_ready(wide, "25/25");
    await_ready(credential, "0/0");
    CHECK(reads() == 0);
}

TEST_CASE_FIXTURE(guarded_by_approval,
                  "an edit that deselects nothing approves no held removal, of Secrets or of entries in "
                  "ServiceAccounts, and one that deselects all does not wait") {
    change_spec(credential, {{"serviceAccounts", json::array({"default"})}});
    const auto await_listed = [this](const std::string& names) {
        for (const auto& ns : all) {
            eventually(ns + "/default lists [" + names + "]", [&] {
                const auto account = api().find(account_path(ns));
                return account && pull_secrets_of(*account) == names ? "" : "it does not";
            });
        }
    };
    await_listed("regcred");
    await_ready(credential, "25/25");
    settle();
    label(nullptr);
    static_cast<void>(awaited(many));
    eventually("the entries are held", [&] {
        const auto metrics = controller().get("/metrics")->body;
        return metrics.find("regcred_held_service_accounts 25\n") != std::string::npos ? "" : "not all";
    });
    const auto start = mark();
    change_spec(credential,
                {{"namespaces", {{"exclude", json::array({"zzz-*"})}}},
                 {"serviceAccounts", json::array({"default", "builder-*"})}});
    await_condition(credential, "Synced", "False", "DeletionGuard");
    settle();
    CHECK(deletions() == 0);
    CHECK(account_writes(start).empty());

    label(value);
    change_spec(credential, {{"serviceAccounts", json::array({"default"})}});
    await_ready(credential, "25/25");
    CHECK(deletions() == 0);
    change_spec(credential, {{"namespaces", {{"exclude", json::array({named("team*")})}}}});
    for (const auto& ns : all)
        await_no_copy(ns);
    await_listed("");
}

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "after the minute in which removals were held, another RegistryCredential's removal does not "
    "wait for their approval") {
    const auto elsewhere = add_namespace("elsewhere", {{"pull", value + "-other"}});
    const auto source = add_source("other", one_login("ghcr.io", "other"));
    auto spec = spec_of({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value + "-other"}}}}}};
    const auto other = add_credential("other", spec);
    await_ready(other, "1/1");
    label(nullptr, 12);
    static_cast<void>(awaited(12));
    std::this_thread::sleep_for(std::chrono::seconds(61));
    api().patch(namespace_path(elsewhere), labels_patch({{"pull", nullptr}}));
    await_no_copy(elsewhere);
    await_ready(other, "0/0");
    CHECK(deletions() == 1);
    static_cast<void>(awaited(12));
    label(value, 12);
    await_ready(credential, "25/25");
}

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "a RegistryCredential whose removals are approved and wait for another's approval says so") {
    const auto source = add_source("wide", one_login("ghcr.io", "wide"));
    auto spec = spec_of({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    const auto wide = add_credential("wide", spec);
    await_copies(all, shared_document("wide"));
    await_ready(wide, "25/25");
    settle();
    label(nullptr);
    approve(awaited(many));
    eventually("the status names the other RegistryCredential", [&] {
        const auto object = await_condition(credential, "Synced", "False", "DeletionGuard");
        CHECK(condition_of(object, "Stalled")["reason"] == "DeletionGuard");
        const auto message = condition_of(object, "Synced")["message"].get<std::string>();
        const bool waits =
            message.find("waits for the approval of RegistryCredential " + wide) != std::string::npos &&
            message.find("kubectl annotate") == std::string::npos;
        return waits ? "" : message;
    });
    CHECK(deletions() == 0);
    label(value);
    await_ready(credential, "25/25");
    await_ready(wide, "25/25");
}

TEST_CASE_FIXTURE(
    guarded_by_approval,
    "after a restart the entries in ServiceAccounts that are held are their owner's alone: others of the "
    "same Secret name report nothing, and are not asked") {
    change_spec(credential, {{"serviceAccounts", json::array({"default"})}});
    const auto listing = [this] {
        return std::ranges::count_if(all, [this](const auto& ns) {
            const auto account = api().find(account_path(ns));
            return account && pull_secrets_of(*account) == "regcred";
        });
    };
    eventually("all are listed", [&] { return listing() == many ? "" : std::to_string(listing()); });
    static_cast<void>(add_namespace("elsewhere", {{"pull", value + "-other"}}));
    const auto spec_of_another = [&](const std::string& registry) {
        auto spec = spec_of({add_source(registry, one_login(registry, "other"))}, {"*"});
        spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value + "-other"}}}}}};
        return spec;
    };
    const auto plain = add_credential("plain", spec_of_another("plain.example.com"));
    const auto add_asking = [&](const std::string& name) {
        auto spec = spec_of_another(name + ".example.com");
        spec["serviceAccounts"] = json::array({"default"});
        return add_credential(name, spec);
    };
    const auto asking = add_asking("asking");
    const auto suspended = add_asking("suspended");
    await_ready(suspended, "1/1");
    change_spec(suspended, {{"suspend", true}});
    settle();
    label(nullptr);
    static_cast<void>(awaited(many));
    const auto await_held = [this] {
        eventually("the entries are held", [&] {
            const auto metrics = controller().get("/metrics")->body;
            return metrics.find("regcred_held_service_accounts 25\n") != std::string::npos ? "" : "not all";
        });
    };
    await_held();

    controller().kill();
    start("regcred", "default", {"--deletion-guard=approve"});
    await_held();
    const auto value_to_approve = awaited(many);
    CHECK(listing() == many);
    await_condition(credential, "ServiceAccountsPatched", "False", "DeletionGuard");
    await_ready(plain, "1/1");
    await_ready(asking, "1/1");
    for (const auto& name : {plain, asking, suspended}) {
        const auto object = api().get(credential_path(name));
        CHECK_MESSAGE(object["status"].dump().find("DeletionGuard") == std::string::npos, name);
        for (const auto& ns : all)
            CHECK_MESSAGE(object["status"].dump().find(ns) == std::string::npos, name);
    }
    approve(value_to_approve);
    eventually("all entries are removed", [&] { return listing() == 0 ? "" : std::to_string(listing()); });
    for (const auto& ns : all)
        await_no_copy(ns);
    await_ready(credential, "0/0");
}
