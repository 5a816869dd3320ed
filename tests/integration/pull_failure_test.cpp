// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/fake_kubelet.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "pulls"));

struct pull_scenario : scenario {
    fake_kubelet kubelet{api()};

    /// A namespace in which no Secret can be created, until the quota is removed, whose path is returned.
    std::string forbid_secrets(const std::string& ns) {
        const auto quotas = namespace_path(ns) + "/resourcequotas";
        api().create(quotas,
                     {{"apiVersion", "v1"},
                      {"kind", "ResourceQuota"},
                      {"metadata", {{"name", "none"}}},
                      {"spec", {{"hard", {{"secrets", "0"}}}}}});
        eventually("the quota is counted", [&] {
            const auto object = api().get(quotas + "/none");
            return object.contains("status") && object["status"].contains("used") ? "" : object.dump();
        });
        return quotas + "/none";
    }

    /// A credential for these namespaces, and a controller that listens to Events.
    std::string listen(const std::vector<std::string>& include) {
        const auto source = add_source("quay", one_login("quay.io", "pulls"));
        auto credential = add_credential("quay", spec_of({source}, include));
        await_healthy(credential);
        return credential;
    }
    json await_healthy(const std::string& credential) {
        auto object = await_condition(credential, pull_condition, "False", "NoFailures");
        CHECK(object["status"]["pullFailures"] == 0);
        CHECK(object["status"]["affectedPods"] == json::array());
        return object;
    }
    /// The condition is True for that reason, and these Pods are told of: "namespace/name reason", sorted.
    json await_failing(const std::string& credential,
                       const std::string& reason,
                       std::vector<std::string> pods) {
        std::ranges::sort(pods);
        json object;
        eventually("these Pods are told of: " + lines(pods), [&] {
            object = await_condition(credential, pull_condition, "True", reason);
            std::vector<std::string> told;
            for (const auto& pod : object["status"]["affectedPods"]) {
                told.push_back(fmt::format("{}/{} {}",
                                           pod["namespace"].get<std::string>(),
                                           pod["pod"].get<std::string>(),
                                           pod["reason"].get<std::string>()));
                CHECK(pod["secret"] == "regcred");
            }
            return lines(told) == lines(pods) ? "" : lines(told);
        });
        CHECK(object["status"]["pullFailures"] == pods.size());
        return object;
    }
    static std::string message_of(const json& object) {
        return condition_of(object, pull_condition)["message"].get<std::string>();
    }
};

std::string failing(const std::string& ns, const std::string& pod, const char* reason) {
    return fmt::format("{}/{} {}", ns, pod, reason);
}

}  // namespace

TEST_CASE_FIXTURE(pull_scenario,
                  "a Pod whose Secret is missing is told of, then that it recovers, and then nothing more") {
    const auto ns = add_namespace("team");
    const auto quota = forbid_secrets(ns);
    start();
    const auto credential = listen({ns});
    await_condition(credential, "Synced", "False", "QuotaExceeded");

    const auto pod = kubelet.add_failing_pod(ns, "web");
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

    kubelet.runs(pod);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "an Event about a Secret that is missing has it written before its time") {
    const auto ns = add_namespace("team");
    const auto quota = forbid_secrets(ns);
    start();
    const auto credential = listen({ns});
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
    const auto pod = kubelet.add_failing_pod(ns, "web");
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
    kubelet.runs(pod);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(
    pull_scenario,
    "Pods of a namespace that is not selected are told of with the field that would select it") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = listen({ns});
    const auto one = kubelet.add_failing_pod(lab, "one");
    auto two = kubelet.add_pod(lab, "two", {"theirs", "regcred"});
    kubelet.waits(two, "ErrImagePull");
    kubelet.reports(two, "theirs, regcred");
    auto three = kubelet.add_pod(lab, "three");
    kubelet.waits(three);
    kubelet.reports(three, "regcred", "(combined from similar events): ");
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
    kubelet.runs(one);
    kubelet.runs(two);
    api().remove(pod_path(lab, "three"));
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "a Pod that runs well and names a Secret that is not there is no failure") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = listen({ns});
    const auto well = kubelet.add_pod(lab, "well");
    kubelet.runs(well);
    kubelet.reports(well);
    const auto pending = kubelet.add_pod(lab, "pending");
    kubelet.reports(pending);
    const auto web = kubelet.add_failing_pod(lab, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    // The one that was only being started turns out to wait.
    kubelet.waits(pending);
    await_failing(
        credential,
        "NamespaceNotSelected",
        {failing(lab, "web", "NamespaceNotSelected"), failing(lab, "pending", "NamespaceNotSelected")});
    api().remove(pod_path(lab, "web"));
    kubelet.runs(pending);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "a team that brings its own Secret of the name is left in peace") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto other = add_namespace("other");
    const auto credential = listen({ns});
    api().create(secrets_in(lab), docker_config_secret("regcred", one_login("quay.io", "theirs")));
    kubelet.add_failing_pod(lab, "theirs");
    kubelet.add_failing_pod(other, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(other, "web", "NamespaceNotSelected")});
}

TEST_CASE_FIXTURE(pull_scenario,
                  "what a tenant makes up about his Pods is not told, nor anything of what he writes") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = listen({ns});
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
    const auto unrelated = kubelet.add_pod(lab, "unrelated", {"theirs"});
    kubelet.waits(unrelated);
    CHECK(forge(failed_pull_event(unrelated, "regcred")).ok());
    const auto well = kubelet.add_pod(lab, "well");
    kubelet.runs(well);
    CHECK(forge(failed_pull_event(well, "regcred")).ok());
    auto words = failed_pull_event(well, "regcred");
    words["message"] = "FORGED-TEXT (regcred)";
    CHECK(forge(words).ok());

    const auto web = kubelet.add_failing_pod(lab, "web");
    const auto object =
        await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    CHECK(object.dump().find("FORGED-TEXT") == std::string::npos);
    CHECK(controller().log_text().find("FORGED-TEXT") == std::string::npos);
    kubelet.runs(web);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "Events of the past are not read; one that is repeated is") {
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto old = kubelet.add_pod(lab, "old");
    kubelet.waits(old);
    const auto event = kubelet.reports(old);
    start();
    const auto credential = listen({ns});
    kubelet.add_failing_pod(lab, "new");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "new", "NamespaceNotSelected")});
    kubelet.repeats(event);
    await_failing(credential,
                  "NamespaceNotSelected",
                  {failing(lab, "new", "NamespaceNotSelected"), failing(lab, "old", "NamespaceNotSelected")});
}

TEST_CASE_FIXTURE(pull_scenario, "a restart forgets no Pod that fails, and writes nothing about it") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = listen({ns});
    const auto web = kubelet.add_failing_pod(lab, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    settle();
    stop();
    const auto told = api().get(credential_path(credential));
    const auto before = mark();
    start();
    eventually("the Pod is looked at", [&] {
        const auto records = requests_since(before);
        const bool looked = std::ranges::any_of(records, [](const audit_record& record) {
            return record.resource == "pods" && record.verb == "get" && record.name == "web";
        });
        return looked ? "" : "not yet";
    });
    settle();
    CHECK(resource_version_of(api().get(credential_path(credential))) == resource_version_of(told));
    kubelet.runs(web);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario, "when the history of Events is gone, they are heard from then on") {
    expect_forbidden();  // an API server that has just started refuses what it has not read the roles of
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = listen({ns});
    const auto before = mark();
    // The watch has no bookmarks: the version that it began with is too old after this, which it learns when
    // it has to begin anew.
    const auto last = api().create(core_events_in("default"), [] {
        auto event = failed_pull_event({{"metadata",
                                         {{"name", "x"},
                                          {"namespace", "default"},
                                          {"uid", "00000000-0000-4000-8000-000000000000"},
                                          {"resourceVersion", "1"}}}},
                                       "regcred");
        event["reason"] = "Other";
        return event;
    }());
    cluster::compact(resource_version_of(last));
    cluster::restart_api_server();
    eventually("Events are watched from a new version", [&] {
        int watches = 0;
        for (const auto& record : requests_since(before))
            watches += record.resource == "events" && record.verb == "list" ? 1 : 0;
        return watches > 0 ? "" : "no list of Events";
    });
    eventually("the watch is open again", [&] {
        const auto records = requests_since(before);
        const auto listed = std::ranges::find_if(records, [](const audit_record& record) {
            return record.resource == "events" && record.verb == "list";
        });
        const bool open = std::any_of(listed, records.end(), [](const audit_record& record) {
            return record.resource == "events" && record.verb == "watch" && record.code == 200;
        });
        return open ? "" : "no watch of Events";
    });
    const auto web = kubelet.add_failing_pod(lab, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    kubelet.runs(web);
    await_healthy(credential);
}
