// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <future>
#include <string>

using namespace harness;

namespace {

const std::string cluster_role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
const std::string role =
    "/apis/rbac.authorization.k8s.io/v1/namespaces/regcred-system/roles/regcred-controller";
const std::string document = document_of(one_login("quay.io", "denied"));
const std::string rotated = document_of(one_login("quay.io", "rotated"));

/// A watch that is open goes on when the right is gone, until the API server ends it.
struct denied_watch : scenario {
    const restored_install restored;

    denied_watch() { expect_forbidden(); }
    void is_told(const std::string& credential,
                 const std::string& type,
                 const std::string& what,
                 const std::string& summary) {
        const auto object = await_condition(credential, type, "False", "Forbidden", summary);
        CHECK(condition_of(object, "Ready")["reason"] == "Forbidden");
        CHECK(condition_of(object, "Stalled")["reason"] == "Forbidden");
        CHECK(condition_of(object, "Reconciling").is_null());
        const auto message = condition_of(object, type)["message"].get<std::string>();
        CHECK_MESSAGE(message.find("to list and watch " + what) != std::string::npos, message);
        CHECK_MESSAGE(message.find("deploy/rbac.yaml") != std::string::npos, message);
    }
};

}  // namespace

TEST_CASE_FIXTURE(denied_watch,
                  "a denied watch of sources is reported, and the rotation comes when it is allowed") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "denied");
    denied_right denied(api(), role, "secrets");
    cluster::restart_api_server();
    change_source(source, one_login("quay.io", "rotated"));
    is_told(credential, "SourcesValid", "Secrets in namespace regcred-system", "1/1");
    CHECK(data_of(copy_in(ns)) == document);
    denied.restore();
    await_copy(ns, rotated);
    const auto healed = await_ready(credential, "1/1");
    CHECK(condition_of(healed, "Stalled").is_null());
}

TEST_CASE_FIXTURE(denied_watch,
                  "a denied watch of namespaces is reported, and new ones are served when it is allowed") {
    start();
    const auto first = add_namespace("team-a");
    const auto [source, credential] = synced({first}, "denied", {named("team-*")});
    denied_right denied(api(), cluster_role, "namespaces");
    cluster::restart_api_server();
    const auto late = add_namespace("team-late");
    is_told(credential, "Synced", "namespaces", "1/1");
    denied.restore();
    await_copies({first, late}, document);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(
    denied_watch,
    "a controller that may not list sources or namespaces when it starts reports that and leaves the "
    "rest of the status as it was, and works when it is allowed") {
    start();
    const auto ns = add_namespace("team");
    const auto [source, credential] = synced({ns}, "denied");
    for (const bool sources : {true, false}) {
        stop();
        denied_right denied(api(), sources ? role : cluster_role, sources ? "secrets" : "namespaces");
        api().remove(secret_path(ns));
        auto told = std::async(std::launch::async, [&] {
            is_told(
                credential, "Synced", sources ? "Secrets in namespace regcred-system" : "namespaces", "1/1");
            CHECK_FALSE(api().find(secret_path(ns)));
            denied.restore();
        });
        start();  // returns when the controller is ready
        told.get();
        await_copy(ns, document);
        const auto healed = await_ready(credential, "1/1");
        CHECK(condition_of(healed, "SourcesValid")["status"] == "True");
        CHECK(condition_of(healed, "Stalled").is_null());
    }
}
