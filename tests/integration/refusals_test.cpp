// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "refused"));
constexpr auto role_binding = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/regcred-controller";

json quota_of(int secrets) {
    return {{"apiVersion", "v1"},
            {"kind", "ResourceQuota"},
            {"metadata", {{"name", "few"}}},
            {"spec", {{"hard", {{"secrets", std::to_string(secrets)}}}}}};
}

}  // namespace

TEST_CASE_FIXTURE(scenario,
                  "an exceeded quota is reported, delays no other namespace, and the Secret is created when "
                  "there is room") {
    const auto full = add_namespace("team-full");
    const auto good = add_namespace("team-good");
    const auto quota = namespace_path(full) + "/resourcequotas/few";
    api().create(namespace_path(full) + "/resourcequotas", quota_of(0));
    await_creates(api(), full, true);
    start();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    await_copy(good, document);
    const auto object = await_condition(credential, "Synced", "False", "QuotaExceeded", "1/2");
    CHECK(condition_of(object, "Ready")["reason"] == "QuotaExceeded");
    const auto failure = only_failure(object);
    CHECK(failure["namespace"] == full);
    CHECK(failure["reason"] == "QuotaExceeded");
    CHECK(failure["message"].get<std::string>().find("exceeded quota: few") != std::string::npos);

    api().patch(quota, {{"spec", {{"hard", {{"secrets", "5"}}}}}});
    await_copy(full, document);
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(scenario,
                  "rights that are removed are reported, and the controller goes on when they are restored") {
    const restored_install restored;
    expect_forbidden();
    start();
    const auto first = add_namespace("team-a");
    const auto [source, credential] = synced({first}, "refused", {named("team-*")});
    settle();

    // The right to write the copies alone: watches and status go on, so that it can be told.
    const std::string role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
    const auto shipped = api().get(role);
    auto reduced = shipped;
    for (auto& rule : reduced["rules"]) {
        if (rule["resources"] == json::array({"secrets"}))
            rule["verbs"] = json::array({"get", "list", "watch"});
    }
    api().replace(role, reduced);
    await_creates(api(), first, true);
    const auto late = add_namespace("team-late");
    const auto object = await_condition(credential, "Synced", "False", "Forbidden", "1/2");
    CHECK(only_failure(object)["namespace"] == late);
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("deploy/") != std::string::npos);

    // All rights: whatever it meets then, it must live through.
    auto binding = api().get(role_binding);
    api().remove(role_binding);
    await_creates(api(), first, true);
    change_source(source, one_login("quay.io", "rotated"));
    const auto later = add_namespace("team-later");
    settle();
    CHECK(controller().running());
    CHECK(data_of(copy_in(first)) == document);

    binding["metadata"].erase("resourceVersion");
    binding["metadata"].erase("uid");
    api().create(std::string(role_binding).substr(0, std::string(role_binding).rfind('/')), binding);
    auto current = api().get(role);
    current["rules"] = shipped["rules"];
    api().replace(role, current);
    await_copies({first, late, later}, document_of(one_login("quay.io", "rotated")));
    await_ready(credential, "3/3");
}

TEST_CASE_FIXTURE(
    scenario,
    "a secretName that the installation does not allow is reported with what to do, and no write is tried") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    auto spec = spec_of({source}, {ns});
    spec["secretName"] = "other-name";
    const auto before = mark();
    const auto credential = add_credential("quay", spec);
    const auto object = await_condition(credential, "Synced", "False", "SecretNameNotAllowed");
    CHECK(condition_of(object, "Ready")["reason"] == "SecretNameNotAllowed");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    CHECK(condition_of(object, "Synced")["message"].get<std::string>().find("--secret-names") !=
          std::string::npos);
    settle();
    for (const auto& record : requests_since(before))
        CHECK_FALSE((record.resource == "secrets" && record.is_write()));

    change_spec(credential, {{"secretName", "regcred"}});
    await_copy(ns, document);
    const auto healed = await_ready(credential, "1/1");
    CHECK(condition_of(healed, "Stalled").is_null());
}

TEST_CASE_FIXTURE(
    scenario,
    "a name in --secret-names that RBAC does not allow is reported, and the Secrets of the others are kept") {
    const restored_install restored;
    expect_forbidden();
    start("regcred,team-pull");
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    auto spec = spec_of({source}, {ns});
    const auto credential = add_credential("quay", spec);
    spec["secretName"] = "team-pull";
    const auto other = add_credential("other", spec);
    await_copy(ns, document);
    await_ready(credential, "1/1");
    const auto object = await_condition(other, "Synced", "False", "Forbidden");
    CHECK(condition_of(object, "Stalled")["status"] == "True");
    const auto message = condition_of(object, "Synced")["message"].get<std::string>();
    CHECK(message.find("add team-pull to resourceNames in the ClusterRole") != std::string::npos);
    CHECK(controller().get("/readyz")->body.find("secrets named team-pull") != std::string::npos);

    const std::string path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller";
    auto role = api().get(path);
    for (auto& rule : role["rules"]) {
        if (rule["resources"] == json::array({"secrets"}) &&
            rule["resourceNames"] == json::array({"regcred"}))
            rule["resourceNames"].push_back("team-pull");
    }
    api().replace(path, role);
    // The admission policy is next.
    await_condition(other, "Synced", "False", "Denied", "0/1");
    await_ready(credential, "1/1");
    CHECK(controller().get("/readyz")->body == "ok\n");
    api().remove(credential_path(other));
}
