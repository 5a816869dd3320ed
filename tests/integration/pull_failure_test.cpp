// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "pull_scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "pulls"));

}  // namespace

TEST_CASE_FIXTURE(
    pull_scenario,
    "a Pod whose Secret is missing is reported as SecretMissing, then as Recovering, then no longer") {
    const auto ns = add_namespace("team");
    const auto quota = forbid_secrets(ns);
    start();
    const auto credential = add_watched_credential({ns});
    await_condition(credential, "Synced", "False", "QuotaExceeded");

    const auto pod = kubelet_.add_failing_pod(ns, "web");
    auto object = await_failing(credential, "SecretMissing", {failing(ns, "web", "SecretMissing")});
    CHECK(message_of(object).find(ns + "/web") != std::string::npos);
    CHECK(message_of(object).find("QuotaExceeded, see status.failures") != std::string::npos);
    CHECK(condition_of(object, "Ready")["reason"] == "QuotaExceeded");

    api().remove(quota);
    await_copy(ns, document);
    object = await_failing(credential, "Recovering", {failing(ns, "web", "Recovering")});
    CHECK(message_of(object).find("deleting the Pod is quicker") != std::string::npos);
    await_ready(credential, "1/1");
    const auto described = run_or_throw({"kubectl", "describe", "registrycredential", credential});
    CHECK(described.find("Recovering") != std::string::npos);
    CHECK(described.find("web") != std::string::npos);

    kubelet_.runs(pod);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario,
                  "an Event about a missing Secret has the Secret created before the back-off ends") {
    const auto ns = add_namespace("team");
    const auto quota = forbid_secrets(ns);
    start();
    const auto credential = add_watched_credential({ns});
    await_condition(credential, "Synced", "False", "QuotaExceeded");
    const auto creates = [&](std::size_t since) {
        const auto records = requests_since(since);
        return std::ranges::count_if(records, [&](const audit_record& record) {
            return record.verb == "create" && record.resource == "secrets" && record.namespace_name == ns;
        });
    };
    // The back-off doubles: after six failures the next try is half a minute away.
    eventually("several tries", [&] { return creates(0) >= 6 ? "" : std::to_string(creates(0)); });
    api().remove(quota);
    const auto pod = kubelet_.add_failing_pod(ns, "web");
    eventually(
        "the Secret comes with the Event",
        [&] { return api().find(secret_path(ns)) ? "" : "no Secret"; },
        std::chrono::seconds(20));
    const auto records = log_records();
    CHECK(std::ranges::any_of(records, [&](const json& record) {
        return record.value("msg", "") == "Pod is missing its pull Secret";
    }));
    await_ready(credential, "1/1");
    await_failing(credential, "Recovering", {failing(ns, "web", "Recovering")});
    kubelet_.runs(pod);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(
    pull_scenario,
    "Pods in a namespace that is not selected are reported with the field that would select it") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = add_watched_credential({ns});
    const auto one = kubelet_.add_failing_pod(lab, "one");
    auto two = kubelet_.add_pod(lab, "two", {"theirs", "regcred"});
    kubelet_.waits(two, "ErrImagePull");
    kubelet_.reports(two, "theirs, regcred");
    auto three = kubelet_.add_pod(lab, "three");
    kubelet_.waits(three);
    kubelet_.reports(three, "regcred", "(combined from similar events): ");
    auto object = await_failing(credential,
                                "NamespaceNotSelected",
                                {failing(lab, "one", "NamespaceNotSelected"),
                                 failing(lab, "two", "NamespaceNotSelected"),
                                 failing(lab, "three", "NamespaceNotSelected")});
    CHECK(message_of(object).find("spec.namespaces.include") != std::string::npos);
    CHECK(condition_of(object, "Ready")["status"] == "True");  // a hint, and no fault of the object
    std::istringstream row(
        run_or_throw({"kubectl", "get", "registrycredential", credential, "--no-headers"}));
    const std::vector<std::string> words{std::istream_iterator<std::string>(row), {}};
    REQUIRE(words.size() == 6);
    CHECK(words[3] == "True");
    CHECK(words[4] == "3");

    change_spec(credential, {{"namespaces", {{"include", json::array({ns, lab})}}}});
    await_copy(lab, document);
    await_failing(credential,
                  "Recovering",
                  {failing(lab, "one", "Recovering"),
                   failing(lab, "two", "Recovering"),
                   failing(lab, "three", "Recovering")});
    kubelet_.runs(one);
    kubelet_.runs(two);
    api().remove(pod_path(lab, "three"));
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "a running Pod that lists a missing Secret is not reported") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = add_watched_credential({ns});
    const auto well = kubelet_.add_pod(lab, "well");
    kubelet_.runs(well);
    kubelet_.reports(well);
    const auto pending = kubelet_.add_pod(lab, "pending");
    kubelet_.reports(pending);
    const auto web = kubelet_.add_failing_pod(lab, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    // The one that was only being started turns out to wait.
    kubelet_.waits(pending);
    await_failing(
        credential,
        "NamespaceNotSelected",
        {failing(lab, "web", "NamespaceNotSelected"), failing(lab, "pending", "NamespaceNotSelected")});
    api().remove(pod_path(lab, "web"));
    kubelet_.runs(pending);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario,
                  "a Pod in a namespace with a Secret of its own of that name is not reported") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto other = add_namespace("other");
    const auto credential = add_watched_credential({ns});
    api().create(secrets_in(lab), docker_config_secret("regcred", one_login("quay.io", "theirs")));
    kubelet_.add_failing_pod(lab, "theirs");
    kubelet_.add_failing_pod(other, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(other, "web", "NamespaceNotSelected")});
}

TEST_CASE_FIXTURE(pull_scenario, "neither Events that a tenant forges nor their text are reported") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = add_watched_credential({ns});
    api().create(
        "/apis/rbac.authorization.k8s.io/v1/namespaces/" + lab + "/rolebindings",
        {{"apiVersion", "rbac.authorization.k8s.io/v1"},
         {"kind", "RoleBinding"},
         {"metadata", {{"name", "tenant"}}},
         {"roleRef", {{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "ClusterRole"}, {"name", "edit"}}},
         {"subjects",
          json::array({{{"apiGroup", "rbac.authorization.k8s.io"}, {"kind", "User"}, {"name", "tenant"}}})}});
    const auto forge = [&](const json& event) {
        return api().send({.method = "POST",
                           .path = core_events_in(event["metadata"]["namespace"].get<std::string>()),
                           .body = event,
                           .as = "tenant"});
    };
    const auto no_pod = [&](const std::string& name) {
        return json{{"metadata",
                     {{"name", name},
                      {"namespace", lab},
                      {"uid", "00000000-0000-4000-8000-000000000000"},
                      {"resourceVersion", "1"}}}};
    };
    eventually("the tenant may write Events", [&] {
        const auto answer = forge(failed_pull_event(no_pod("absent"), "regcred"));
        return answer.ok() ? "" : answer.message();
    });
    auto elsewhere = failed_pull_event(no_pod("victim"), "regcred");
    elsewhere["involvedObject"]["namespace"] = ns;
    CHECK_FALSE(forge(elsewhere).ok());  // the API server ties the two
    const auto unrelated = kubelet_.add_pod(lab, "unrelated", {"theirs"});
    kubelet_.waits(unrelated);
    CHECK(forge(failed_pull_event(unrelated, "regcred")).ok());
    const auto well = kubelet_.add_pod(lab, "well");
    kubelet_.runs(well);
    CHECK(forge(failed_pull_event(well, "regcred")).ok());
    auto words = failed_pull_event(well, "regcred");
    words["message"] = "FORGED-TEXT (regcred)";
    CHECK(forge(words).ok());

    const auto web = kubelet_.add_failing_pod(lab, "web");
    const auto object =
        await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    CHECK(object.dump().find("FORGED-TEXT") == std::string::npos);
    CHECK(controller().log_text().find("FORGED-TEXT") == std::string::npos);
    kubelet_.runs(web);
    await_healthy(credential);
}
