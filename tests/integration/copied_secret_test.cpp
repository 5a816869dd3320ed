// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

constexpr auto mark_key = "regcred.dev/written-as";

struct copying : scenario {
    /// As 'kubectl get -o yaml | kubectl apply' does, with its ownerReferences; and with further logins.
    json copy_to(const std::string& from, const std::string& to, const login_map& more = {}) {
        auto copied = copy_in(from);
        for (const auto* field : {"uid", "resourceVersion", "creationTimestamp", "managedFields"})
            copied["metadata"].erase(field);
        copied["metadata"]["namespace"] = to;
        if (!more.empty())
            copied["data"] = docker_config_secret("regcred", united(one_login("quay.io", "a"), more))["data"];
        return api().create(secrets_in(to), copied);
    }
    /// As Velero does after it has created a Secret: the managedFields of the backup are patched back.
    void restore_managed_fields(const std::string& ns, const json& backup) {
        api().patch(secret_path(ns),
                    {{"metadata", {{"managedFields", backup["metadata"]["managedFields"]}}}});
        CHECK(copy_in(ns)["metadata"]["managedFields"].dump().find("regcred-controller") !=
              std::string::npos);
    }
    /// As a controller left it that did not mark what it wrote.
    void remove_mark(const std::string& ns) {
        api().patch(secret_path(ns), {{"metadata", {{"annotations", {{mark_key, nullptr}}}}}});
    }
    [[nodiscard]] std::string mark_of(const std::string& ns) {
        return copy_in(ns)["metadata"]["annotations"].value(mark_key, "");
    }
    /// As tools do that clean up metadata.
    void strip_managed_fields(const std::string& ns) {
        api().patch(secret_path(ns), {{"metadata", {{"managedFields", json::array({json::object()})}}}});
        CHECK_FALSE(copy_in(ns)["metadata"].contains("managedFields"));
    }
    void select(const std::string& credential, const std::vector<std::string>& include) {
        change_spec(credential, {{"namespaces", {{"include", include}}}});
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    copying,
    "a Secret that a person copied with its ownerReference into another namespace stays, and is "
    "reported until it is deleted") {
    start();
    const auto ns = add_namespace("team");
    const auto legacy = add_namespace("legacy");
    const auto credential = synced({ns}, "a").credential;
    const auto made = copy_to(ns, legacy);
    const auto object = await_condition(credential, "Synced", "False", "Conflict", "1/1");
    CHECK(object["status"]["failures"][0]["namespace"] == legacy);
    settle();
    CHECK(uid_of(copy_in(legacy)) == uid_of(made));
    api().remove(secret_path(legacy));
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    copying,
    "a Secret that a person copied with its ownerReference stays when its namespace is selected, "
    "until Adopt takes it over") {
    start();
    const auto ns = add_namespace("team");
    const auto more = add_namespace("more");
    const auto same = add_namespace("same");
    const auto credential = synced({ns}, "a").credential;
    const auto with_more = copy_to(ns, more, one_login("mine.example.com", "mine"));
    const auto with_same = copy_to(ns, same);
    await_condition(credential, "Synced", "False", "Conflict", "1/1");
    settle();

    const auto before = mark();
    select(credential, {ns, more, same});
    const auto object = await_condition(credential, "Synced", "False", "Conflict", "1/3");
    REQUIRE(object["status"]["failures"].size() == 2);
    for (const auto& failure : object["status"]["failures"]) {
        const auto message = failure["message"].get<std::string>();
        CHECK(message.find("names a RegistryCredential as its owner") != std::string::npos);
        CHECK(message.find("conflictPolicy: Adopt") != std::string::npos);
    }
    settle();
    stop();
    start();
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(copy_in(more) == with_more);
    CHECK(copy_in(same) == with_same);

    change_spec(credential, {{"conflictPolicy", "Adopt"}});
    await_copies({ns, more, same}, document_of(one_login("quay.io", "a")));
    await_ready(credential, "3/3");
    eventually("an Event tells of it", [&] {
        const auto text = run_or_throw({"kubectl", "describe", "registrycredential", credential});
        return text.find("Adopted") != std::string::npos ? "" : text;
    });
    change_spec(credential, {{"conflictPolicy", "Fail"}});
    await_ready(credential, "3/3");
    select(credential, {ns});
    await_no_copy(more);
    await_no_copy(same);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(copying,
                  "a copy whose managedFields are stripped is kept up to date, and is reported instead of "
                  "deleted when it is no longer selected") {
    start();
    const auto ns = add_namespace("team");
    const auto other = add_namespace("other");
    const auto [source, credential] = synced({ns, other}, "a");
    strip_managed_fields(ns);
    change_source(source, one_login("quay.io", "b"));
    await_copies({ns, other}, document_of(one_login("quay.io", "b")));
    await_ready(credential, "2/2");
    settle();

    strip_managed_fields(ns);
    select(credential, {other});
    const auto object = await_condition(credential, "Synced", "False", "Conflict", "1/1");
    CHECK(object["status"]["failures"][0]["namespace"] == ns);
    settle();
    CHECK(data_of(copy_in(ns)) == document_of(one_login("quay.io", "b")));
}

TEST_CASE_FIXTURE(copying,
                  "a copy that a backup program restores in another namespace, with its managedFields, stays "
                  "and is reported until Adopt takes it over") {
    start();
    const auto ns = add_namespace("team");
    const auto legacy = add_namespace("legacy");
    const auto source = add_source("quay", one_login("quay.io", "a"));
    auto spec = spec_of({source}, {ns});
    SUBCASE("with its ownerReference") {}
    SUBCASE("with Retain's annotation") {
        spec["deletionPolicy"] = "Retain";
    }
    const auto credential = add_credential("quay", spec);
    await_ready(credential, "1/1");
    const auto backup = copy_in(ns);
    const auto uid = uid_of(copy_to(ns, legacy));
    restore_managed_fields(legacy, backup);
    change_source(source, one_login("quay.io", "b"));
    await_copy(ns, document_of(one_login("quay.io", "b")));
    auto object = await_condition(credential, "Synced", "False", "Conflict", "1/1");
    CHECK(object["status"]["failures"][0]["namespace"] == legacy);
    settle();
    stop();
    start();
    settle();
    const auto restored = copy_in(legacy);
    CHECK(uid_of(restored) == uid);
    CHECK(data_of(restored) == document_of(one_login("quay.io", "a")));

    select(credential, {ns, legacy});
    object = await_condition(credential, "Synced", "False", "Conflict", "1/2");
    settle();
    CHECK(copy_in(legacy) == restored);

    change_spec(credential, {{"conflictPolicy", "Adopt"}});
    await_ready(credential, "2/2");
    CHECK(mark_of(legacy) == legacy + "/regcred");
    select(credential, {ns});
    await_no_copy(legacy);
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    copying, "copies without a mark are marked with one write each, and stay where they are not wanted") {
    start();
    const auto ns = add_namespace("team");
    const auto lost = add_namespace("lost");
    const auto credential = synced({ns, lost}, "a").credential;
    CHECK(mark_of(ns) == ns + "/regcred");
    settle();
    stop();
    remove_mark(ns);
    remove_mark(lost);
    select(credential, {ns});
    const auto uid = uid_of(copy_in(ns));
    const auto before = mark();
    start();
    const auto object = await_condition(credential, "Synced", "False", "Conflict", "1/1");
    CHECK(object["status"]["failures"][0]["namespace"] == lost);
    settle();
    CHECK(secret_writes(before) == lines({"update " + ns + "/regcred"}));
    CHECK(uid_of(copy_in(ns)) == uid);
    CHECK(mark_of(ns) == ns + "/regcred");
    CHECK(data_of(copy_in(lost)) == document_of(one_login("quay.io", "a")));
    select(credential, {ns, lost});
    await_ready(credential, "2/2");
}
