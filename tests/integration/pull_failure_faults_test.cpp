// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/fake_kubelet.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "pulls"));
constexpr auto role = "/apis/rbac.authorization.k8s.io/v1/clusterroles/regcred-controller-pull-failures";

/// Takes the rights to these resources from the controller's ServiceAccount.
void take_away(admin& api, const std::vector<std::string>& resources) {
    auto object = api.get(role);
    auto kept = json::array();
    for (const auto& rule : object.at("rules")) {
        const auto about = rule.at("resources").at(0).get<std::string>();
        if (std::ranges::find(resources, about) == resources.end()) kept.push_back(rule);
    }
    object["rules"] = kept;
    api.replace(role, object);
    for (const auto& resource : resources) {
        eventually("the right to " + resource + " is gone", [&] {
            const auto path = resource == "pods" ? pod_path("default", "absent") : "/api/v1/events?limit=1";
            const auto answer =
                api.send({.method = "GET", .path = path, .body = nullptr, .as = controller_user});
            return answer.status == 403 ? "" : std::to_string(answer.status);
        });
    }
}

/// kB of resident memory.
long resident(const controller_process& process) {
    std::istringstream status(read_text(fmt::format("/proc/{}/status", process.pid())));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
    }
    throw std::runtime_error("no VmRSS");
}

double metric(const controller_process& process, const std::string& name) {
    const auto answer = process.get("/metrics");
    REQUIRE(answer);
    const auto at = answer->body.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(answer->body.substr(at + name.size() + 2));
}

}  // namespace

TEST_CASE_FIXTURE(scenario, "without the right to Events the condition is Unknown, and all else works") {
    const restored_install restored;
    expect_forbidden();
    take_away(api(), {"events"});
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "pulls"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    await_copy(ns, document);
    auto object = await_ready(credential, "1/1");
    object = await_condition(credential, pull_condition, "Unknown", "Forbidden");
    CHECK(condition_of(object, pull_condition)["message"].get<std::string>().find("deploy/rbac.yaml") !=
          std::string::npos);
    CHECK_FALSE(object["status"].contains("pullFailures"));
    CHECK(condition_of(object, "Ready")["status"] == "True");
    CHECK(metric(controller(), "regcred_pull_failures_watched") == 0);
    CHECK(metric(controller(), "regcred_failing_watches") == 0);  // which is worth an alert, and this is not

    cluster::install();
    await_condition(credential, pull_condition, "False", "NoFailures");
    CHECK(metric(controller(), "regcred_pull_failures_watched") == 1);
}

TEST_CASE_FIXTURE(
    scenario,
    "without the right to Pods the condition counts Events without a look at the Pods, and says so") {
    const restored_install restored;
    expect_forbidden();
    take_away(api(), {"pods"});
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto source = add_source("quay", one_login("quay.io", "pulls"));
    const auto credential = add_credential("quay", spec_of({source}, {ns}));
    await_condition(credential, pull_condition, "False", "NoFailures");
    api().create(core_events_in(lab), failed_pull_event(absent_pod(lab, "web"), "regcred"));
    const auto object = await_condition(credential, pull_condition, "True", "NamespaceNotSelected");
    CHECK(condition_of(object, pull_condition)["message"].get<std::string>().find("may not get Pods") !=
          std::string::npos);
    CHECK(object["status"]["pullFailures"] == 1);
    CHECK(condition_of(object, "Ready")["status"] == "True");
}

TEST_CASE_FIXTURE(scenario, "ten thousand Events take no memory and delay no namespace") {
    start();
    const auto ns = add_namespace("team");
    const auto flood = add_namespace("flood");
    const auto source = add_source("quay", one_login("quay.io", "pulls"));
    const auto credential = add_credential("quay", spec_of({source}, {named("team"), named("late")}));
    await_condition(credential, pull_condition, "False", "NoFailures");
    await_ready(credential, "1/1");

    constexpr int total = 10'000;
    const auto late = named("late");
    delete_at_end(namespace_path(late));
    std::vector<api_call> calls;
    for (int i = 0; i < total; ++i) {
        if (i == total / 2)
            calls.push_back({.method = "POST", .path = namespaces, .body = namespace_object(late), .as = {}});
        calls.push_back({.method = "POST",
                         .path = core_events_in(flood),
                         .body = failed_pull_event(absent_pod(flood, fmt::format("p{}", i)), "regcred"),
                         .as = {}});
    }
    const auto before = resident(controller());
    for (const auto& answer : api().send_all(calls))
        REQUIRE_MESSAGE(answer.ok(), answer.message());
    await_copy(late, document);
    eventually("every Event has come", [&] {
        const auto seen = metric(controller(), "regcred_pull_failure_events_total");
        return seen >= total ? "" : std::to_string(seen);
    });
    const auto after = resident(controller());
    MESSAGE("resident memory before " << before << " kB, after " << after << " kB");
    CHECK(after - before < 4 * 1024);

    fake_kubelet kubelet(api());
    const auto web = kubelet.add_failing_pod(ns, "web");
    const auto object = await_condition(credential, pull_condition, "True", "Recovering");
    CHECK(object["status"]["pullFailures"] == 1);
    CHECK(object["status"]["affectedPods"][0]["pod"] == "web");
    kubelet.runs(web);
    await_condition(credential, pull_condition, "False", "NoFailures");
}
