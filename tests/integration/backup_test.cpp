// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

// A Secret that lost its owner: a backup program restored it under its own name, or somebody removed the
// ownerReferences.

namespace {

const std::string delivered = document_of(one_login("quay.io", "a"));
const std::string rotated = document_of(one_login("quay.io", "b"));

struct losing_owner : scenario {
    /// As Velero restores a Secret: without ownerReferences, and with the managedFields of the backup, which
    /// are patched back after the creation.
    void restore(const std::string& ns, const json& backup) {
        auto restored = backup;
        for (const auto* field :
             {"uid", "resourceVersion", "creationTimestamp", "ownerReferences", "managedFields"})
            restored["metadata"].erase(field);
        api().create(secrets_in(ns) + "?fieldManager=velero-server", restored);
        api().patch(secret_path(ns),
                    {{"metadata", {{"managedFields", backup["metadata"]["managedFields"]}}}});
        CHECK(copy_in(ns)["metadata"]["managedFields"] == backup["metadata"]["managedFields"]);
    }
    void expect_orphan(const std::string& credential) {
        const auto object = await_condition(credential, "Synced", "False", "Conflict", "0/1");
        const auto message = condition_of(object, "Synced")["message"].get<std::string>();
        CHECK(message.find("has regcred's label") != std::string::npos);
        CHECK(message.find("conflictPolicy: Adopt") != std::string::npos);
    }
    /// Adopt for a while makes the Secret the controller's own again, without a new one.
    void expect_healed_by_adopt(const std::string& ns,
                                const std::string& credential,
                                const std::string& source) {
        const auto uid = uid_of(copy_in(ns));
        change_spec(credential, {{"conflictPolicy", "Adopt"}});
        await_ready(credential, "1/1");
        change_spec(credential, {{"conflictPolicy", "Fail"}});
        change_source(source, one_login("quay.io", "b"));
        await_copy(ns, rotated);
        await_ready(credential, "1/1");
        CHECK(uid_of(copy_in(ns)) == uid);
    }
};

}  // namespace

TEST_CASE_FIXTURE(losing_owner,
                  "a Secret that Velero restores without its ownerReference is a Conflict that says how it "
                  "heals") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "a");
    const auto backup = copy_in(ns);
    stop();
    api().remove(secret_path(ns));
    restore(ns, backup);
    const auto before = mark();
    start();
    expect_orphan(credential);
    settle();
    CHECK(secret_writes(before).empty());
    expect_healed_by_adopt(ns, credential, source);
}

TEST_CASE_FIXTURE(losing_owner,
                  "a Secret with deletionPolicy Retain that Velero restores under its own name is the "
                  "controller's at once") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "a"));
    auto spec = spec_of({source}, {ns});
    spec["deletionPolicy"] = "Retain";
    const auto credential = add_credential("quay", spec);
    await_ready(credential, "1/1");
    const auto backup = copy_in(ns);
    stop();
    api().remove(secret_path(ns));
    restore(ns, backup);
    const auto uid = uid_of(copy_in(ns));
    change_source(source, one_login("quay.io", "b"));
    start();
    await_copy(ns, rotated);
    await_ready(credential, "1/1");
    CHECK(uid_of(copy_in(ns)) == uid);
}

TEST_CASE_FIXTURE(
    losing_owner,
    "a Secret whose ownerReferences are removed while the controller is down is a Conflict that "
    "says how it heals") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "a");
    settle();
    stop();
    run_or_throw({"kubectl",
                  "patch",
                  "secret",
                  "regcred",
                  "-n",
                  ns,
                  "--type=json",
                  "-p",
                  R"([{"op":"remove","path":"/metadata/ownerReferences"}])"});
    const auto before = mark();
    start();
    expect_orphan(credential);
    settle();
    CHECK(secret_writes(before).empty());
    CHECK(data_of(copy_in(ns)) == delivered);
    expect_healed_by_adopt(ns, credential, source);
}
