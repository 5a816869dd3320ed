// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"
#include "cluster.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "accounts"));
constexpr int many = 25;

json label(const std::string& value) {
    return {{"selector", {{"matchLabels", {{"pull", value}}}}}};
}

/// Has deploy/ allow a second Secret name and every ServiceAccount, as an overlay does; puts it back.
class wider_install {
 public:
    explicit wider_install(admin& api) : api_(api) {
        change_role("regcred-controller", json::array({"regcred", "regcred2"}));
        change_role("regcred-service-accounts", nullptr);
        for (const auto* policy : {"regcred-controller", "regcred-service-accounts"})
            change_policy(policy);
        eventually("the wider rights are given", [&] {  // policies are read again once a second
            const auto answer =
                api_.send({.method = "PATCH",
                           .path = account_path("default") + "?dryRun=All",
                           .body = {{"imagePullSecrets", json::array({{{"name", "regcred2"}}})}},
                           .as = controller_user});
            return answer.ok() ? "" : answer.message();
        });
    }
    ~wider_install() { cluster::install(); }
    wider_install(const wider_install&) = delete;
    wider_install& operator=(const wider_install&) = delete;

 private:
    void change_role(const std::string& name, const json& names) {
        const auto path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/" + name;
        auto object = api_.get(path);
        for (auto& rule : object["rules"]) {
            if (rule.contains("resourceNames")) rule["resourceNames"] = names;
        }
        api_.replace(path, object);
    }
    void change_policy(const std::string& name) {
        const auto path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/" + name;
        auto policy = api_.find(path);
        if (!policy) return;  // Kubernetes before 1.30
        for (auto& variable : (*policy)["spec"]["variables"]) {
            if (variable["name"] == "allowedNames") variable["expression"] = "['regcred', 'regcred2']";
            if (variable["name"] == "allowedAccounts") variable["expression"] = "['*']";
        }
        api_.replace(path, *policy);
    }

    admin& api_;
};

/// Many namespaces that are selected by a label, of whose sources there are none: so no Secret's brake helps.
class labelled_accounts : public account_scenario {
 protected:
    labelled_accounts() {
        start();
        for (int n = 0; n < many; ++n)
            all.push_back(add_namespace(fmt::format("team{}", n), {{"pull", value}}));
        auto spec = accounts_spec({"absent"}, {"*"});
        spec["namespaces"] = label(value);
        credential = add_credential("quay", spec);
        await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
        eventually("every ServiceAccount lists it",
                   [&] { return count() == many ? "" : std::to_string(count()); });
        settle();
    }
    void relabel(const json& to) {
        std::vector<api_call> calls;
        for (const auto& ns : all)
            calls.push_back({.method = "PATCH",
                             .path = namespace_path(ns),
                             .body = labels_patch({{"pull", to}}),
                             .as = {}});
        for (const auto& answer : api().send_all(calls))
            REQUIRE(answer.ok());
    }
    /// ServiceAccounts that list the Secret.
    [[nodiscard]] std::ptrdiff_t count() {
        return std::ranges::count_if(
            all, [&](const auto& ns) { return pull_secrets_of(service_account_in(ns)) == "regcred"; });
    }

    std::string value = named("pull");
    std::vector<std::string> all;
    std::string credential;
};

}  // namespace

TEST_CASE_FIXTURE(
    labelled_accounts,
    "the deletion guard holds every entry back when all labels are removed at once, and keeps them "
    "when the labels are restored") {
    relabel(nullptr);
    const auto object = await_condition(credential, "ServiceAccountsPatched", "False", "DeletionGuard");
    CHECK(object["status"]["serviceAccounts"]["selected"] == 0);
    eventually("all are held", [&] {
        return controller().get("/metrics")->body.find("regcred_held_service_accounts 25\n") !=
                       std::string::npos
                   ? ""
                   : "not all";
    });
    const auto before = mark();
    relabel(value);
    eventually("all are back", [&] { return count() == many ? "" : std::to_string(count()); });
    await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
    settle();
    CHECK(account_writes(before).empty());
}

TEST_CASE_FIXTURE(labelled_accounts,
                  "a mass removal of entries that no edit asked for continues when two reads agree") {
    relabel(nullptr);
    await_condition(credential, "ServiceAccountsPatched", "False", "DeletionGuard");
    eventually(
        "all are taken back", [&] { return count() == 0 ? "" : std::to_string(count()); }, long_patience);
    await_condition(credential, "ServiceAccountsPatched", "True", "Patched");
}

TEST_CASE_FIXTURE(labelled_accounts, "a spec change removes every entry without the deletion guard") {
    change_spec(credential, {{"serviceAccounts", nullptr}});
    eventually("all are taken back", [&] { return count() == 0 ? "" : std::to_string(count()); });
    for (const auto& record : log_records())
        CHECK_MESSAGE(record.dump().find("DeletionGuard") == std::string::npos, record.dump());
}

TEST_CASE_FIXTURE(
    account_scenario,
    "an installation can allow two Secret names on one ServiceAccount, and ServiceAccounts of any name") {
    const wider_install wider(api());
    start("regcred,regcred2", "*");
    const auto ns = add_namespace("team");
    const auto runner =
        json{{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", {{"name", "ci.runner-1"}}}};
    api().create(namespace_path(ns) + "/serviceaccounts", runner);
    const auto first = add_credential("first", accounts_spec({"absent"}, {ns}));
    await_pull_secrets(ns, "regcred", "regcred");
    auto spec = accounts_spec({"absent"}, {ns});
    spec["secretName"] = "regcred2";
    spec["serviceAccounts"] = json::array({"*"});
    const auto second = add_credential("second", spec);
    await_pull_secrets(ns, "regcred,regcred2", "regcred,regcred2");
    await_pull_secrets(ns, "regcred2", "regcred2", "ci.runner-1");
    const auto object = await_condition(second, "ServiceAccountsPatched", "True", "Patched");
    CHECK(object["status"]["serviceAccounts"]["selected"] == 2);
    remove_credential(first);
    await_pull_secrets(ns, "regcred2", "regcred2");
    remove_credential(second);
    await_pull_secrets(ns, "", "");
    await_pull_secrets(ns, "", "", "ci.runner-1");
}

TEST_CASE_FIXTURE(account_scenario,
                  "a ServiceAccount in a terminating namespace is ignored without a warning") {
    start();
    const auto ns = add_namespace("going");
    const auto stays = add_namespace("staying");
    // What keeps it from ending.
    api().patch(account_path(ns), {{"metadata", {{"finalizers", json::array({"example.com/anchor"})}}}});
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    const auto credential = add_credential("quay", accounts_spec({source}, {ns, stays}));
    await_pull_secrets(ns, "regcred", "regcred");
    await_pull_secrets(stays, "regcred", "regcred");
    settle();
    const auto before = mark();
    const auto logged = log_records().size();  // what the source's late arrival may have caused is in these
    api().remove(namespace_path(ns));
    eventually("it selects one ServiceAccount", [&] {
        const auto status = api().get(credential_path(credential))["status"];
        return status["serviceAccounts"]["selected"] == 1 ? "" : status["serviceAccounts"].dump();
    });
    change_spec(credential, {{"serviceAccounts", nullptr}});
    await_pull_secrets(stays, "", "");
    settle();
    CHECK(account_writes(before) == lines({"patch " + stays + "/default"}));
    const auto records = log_records();
    for (const auto& record : std::span(records).subspan(logged)) {
        const bool about_it = record.dump().find(ns) != std::string::npos;
        CHECK_FALSE((about_it && record["level"] != "info" && record["level"] != "debug"));
    }
    api().patch(account_path(ns), {{"metadata", {{"finalizers", nullptr}}}});
}

TEST_CASE_FIXTURE(account_scenario,
                  "patches are recorded as Events and counted, and a recreated ServiceAccount is patched") {
    start();
    const auto ns = add_namespace("team");
    const auto credential = add_accounts_credential({ns});
    await_ready(credential, "1/1");
    eventually("an Event tells of it", [&] {
        for (const auto& event : api().list("/apis/events.k8s.io/v1/namespaces/default/events")) {
            if (event["regarding"].value("name", "") == credential &&
                event.value("reason", "") == "ServiceAccountsPatched") {
                const auto note = event.value("note", "");
                return note.find(
                           "Added Secret regcred to imagePullSecrets of ServiceAccounts in 1 namespace: " +
                           ns) == 0
                           ? std::string{}
                           : note;
            }
        }
        return std::string("there is none");
    });
    CHECK(controller()
              .get("/metrics")
              ->body.find(R"(regcred_service_account_writes_total{action="add",result="ok"} 1)") !=
          std::string::npos);
    const auto uid = uid_of(service_account_in(ns));
    api().remove(account_path(ns));  // Kubernetes creates it again
    eventually("it is created again", [&] {
        const auto found = api().find(account_path(ns));
        return found && uid_of(*found) != uid ? "" : "not yet";
    });
    await_pull_secrets(ns, "regcred", "regcred");
    await_ready(credential, "1/1");
}
