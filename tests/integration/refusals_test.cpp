// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "refusal.hpp"
#include "scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <vector>

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

/// The warnings of regcred in a namespace.
std::vector<json> warnings_in(admin& api, const std::string& ns) {
    std::vector<json> found;
    for (const auto& event : api.list("/apis/events.k8s.io/v1/namespaces/" + ns + "/events")) {
        if (event["reportingController"] == "regcred.dev/controller") found.push_back(event);
    }
    return found;
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
    if (cluster_.serves_admission_policies())  // which allow the name no more than the role did
        await_condition(other, "Synced", "False", "Denied", "0/1");
    else
        await_ready(other, "1/1");
    await_ready(credential, "1/1");
    CHECK(controller().get("/readyz")->body == "ok\n");
    api().remove(credential_path(other));
}

TEST_CASE_FIXTURE(
    scenario,
    "a tenant sees one warning in the own namespace for a copy that cannot be written, and none "
    "again after a restart") {
    const auto full = add_namespace("team-full");
    const auto taken = add_namespace("team-taken");
    const auto good = add_namespace("team-good");
    api().create(namespace_path(full) + "/resourcequotas", quota_of(0));
    await_creates(api(), full, true);
    const auto theirs =
        api().create(secrets_in(taken), docker_config_secret("regcred", one_login("quay.io", "theirs")));
    start();
    const auto before = mark();
    const auto source = add_source("quay", one_login("quay.io", "refused"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team-*")}));
    await_copy(good, document);
    const auto await_one = [&](const std::string& ns, const std::string& reason) {
        eventually("a warning in " + ns, [&] {
            const auto found = warnings_in(api(), ns);
            return found.size() == 1 && found[0]["reason"] == reason ? "" : json(found).dump();
        });
        return warnings_in(api(), ns).front();
    };
    const auto conflict = await_one(taken, "Conflict");
    CHECK(conflict["type"] == "Warning");
    CHECK(conflict["regarding"]["name"] == "regcred");
    CHECK(conflict["regarding"]["uid"] == uid_of(theirs));
    const auto note = conflict["note"].get<std::string>();
    CHECK(note.find(credential) != std::string::npos);
    CHECK(note.find("delete or rename it") != std::string::npos);
    const auto quota = await_one(full, "QuotaExceeded");
    CHECK(quota["note"].get<std::string>().find("raise the ResourceQuota") != std::string::npos);
    const auto described = run({"kubectl", "describe", "secret", "regcred", "-n", taken});
    CHECK_MESSAGE(described.code == 0, described.text);

    // Nothing is told again when the write is tried again, nor after a restart.
    eventually("the Secret is tried again", [&] {
        const auto tries = std::ranges::count_if(requests_since(before), [&](const audit_record& record) {
            return record.resource == "secrets" && record.namespace_name == full && record.is_write();
        });
        return tries >= 3 ? std::string{} : std::to_string(tries) + " tries";
    });
    stop();
    start();
    await_condition(credential, "Synced", "False", "Conflict", "1/3");
    settle();
    CHECK(warnings_in(api(), full).size() == 1);
    CHECK(warnings_in(api(), taken).size() == 1);
    CHECK(warnings_in(api(), full).front()["series"].is_null());
    CHECK(warnings_in(api(), good).empty());

    api().remove(secret_path(taken));
    api().patch(namespace_path(full) + "/resourcequotas/few", {{"spec", {{"hard", {{"secrets", "5"}}}}}});
    await_copies({full, taken}, document);
    await_ready(credential, "3/3");
    CHECK(warnings_in(api(), taken).size() == 1);
}
