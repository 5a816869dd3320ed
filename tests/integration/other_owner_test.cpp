// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

/// The Secret of a namespace, which a ConfigMap owns too.
struct owned_by_two : scenario {
    owned_by_two() {
        cluster::instance().await_garbage_collector();
        start();
        ns = add_namespace("team");
        stays = add_namespace("stays");
        credential = synced({ns, stays}, "a").credential;
        const auto owner = api().create(config_maps(), {{"metadata", {{"name", "owner"}}}});
        const json other{
            {"apiVersion", "v1"}, {"kind", "ConfigMap"}, {"name", "owner"}, {"uid", uid_of(owner)}};
        theirs = json::array({other});
        const json references = json::array({other, copy_in(ns)["metadata"]["ownerReferences"][0]});
        api().patch(secret_path(ns),
                    {{"metadata", {{"ownerReferences", references}, {"labels", {{"team", "a"}}}}}});
        uid = uid_of(copy_in(ns));
        settle();
        CHECK(copy_in(ns)["metadata"]["ownerReferences"] == references);
    }
    [[nodiscard]] std::string config_maps() const { return "/api/v1/namespaces/" + ns + "/configmaps"; }

    /// The Secret is there, with nothing of regcred's.
    void await_released() {
        await_copy(ns, R"({"auths":{}})");
        const auto left = copy_in(ns);
        CHECK(uid_of(left) == uid);
        CHECK(left["metadata"]["ownerReferences"] == theirs);
        CHECK(left["metadata"]["labels"] == json{{"team", "a"}});
        CHECK_FALSE(left["metadata"].contains("annotations"));
    }

    std::string ns;
    std::string stays;
    std::string credential;
    std::string uid;
    json theirs;
};

}  // namespace

TEST_CASE_FIXTURE(
    owned_by_two,
    "a Secret that a ConfigMap owns too loses all of regcred's in a namespace that is no longer "
    "selected, and goes with the ConfigMap") {
    const auto before = mark();
    change_spec(credential, {{"namespaces", {{"include", {stays}}}}});
    await_released();
    await_ready(credential, "1/1");
    settle();
    CHECK(secret_writes(before) == lines({"update " + ns + "/regcred"}));

    change_spec(credential, {{"namespaces", {{"include", {ns, stays}}}}});
    await_condition(credential, "Synced", "False", "Conflict", "1/2");
    api().remove(config_maps() + "/owner");
    eventually(
        "the controller makes its own",
        [&] {
            const auto found = api().find(secret_path(ns));
            return found && uid_of(*found) != uid ? "" : "not yet";
        },
        long_patience);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(owned_by_two,
                  "a Secret that a ConfigMap owns too loses all of regcred's when the RegistryCredential is "
                  "deleted") {
    const paused_controller_manager no_garbage_collector;
    remove_credential(credential);
    await_released();
    await_no_copy(stays);
}
