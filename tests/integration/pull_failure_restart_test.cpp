// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "pull_scenario.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace harness;

TEST_CASE_FIXTURE(pull_scenario,
                  "the controller ignores an Event from before its start until the kubelet repeats it") {
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto old = kubelet_.add_pod(lab, "old");
    kubelet_.waits(old);
    const auto event = kubelet_.reports(old);
    start();
    const auto credential = add_watched_credential({ns});
    kubelet_.add_failing_pod(lab, "new");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "new", "NamespaceNotSelected")});
    kubelet_.repeats(event);
    await_failing(credential,
                  "NamespaceNotSelected",
                  {failing(lab, "new", "NamespaceNotSelected"), failing(lab, "old", "NamespaceNotSelected")});
}

TEST_CASE_FIXTURE(pull_scenario,
                  "a restart of the controller keeps the failing Pods and does not write the status") {
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = add_watched_credential({ns});
    const auto web = kubelet_.add_failing_pod(lab, "web");
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
    kubelet_.runs(web);
    await_healthy(credential);
}

TEST_CASE_FIXTURE(pull_scenario,
                  "the controller watches Events from the current version when its own is compacted") {
    expect_forbidden();  // an API server that has just started refuses requests until it has read the roles
    start();
    const auto ns = add_namespace("team");
    const auto lab = add_namespace("lab");
    const auto credential = add_watched_credential({ns});
    const auto before = mark();
    // The watch has no bookmarks, so it resumes from the version with which it began; after the compaction
    // that version is too old. etcd accepts a watch from the version right after the compacted one, so two
    // writes are needed: the second is certainly further ahead.
    const auto add_event = [&] {
        auto event = failed_pull_event({{"metadata",
                                         {{"name", "x"},
                                          {"namespace", "default"},
                                          {"uid", "00000000-0000-4000-8000-000000000000"},
                                          {"resourceVersion", "1"}}}},
                                       "regcred");
        event["reason"] = "Other";
        return api().create(core_events_in("default"), event);
    };
    add_event();
    const auto last = add_event();
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
    const auto web = kubelet_.add_failing_pod(lab, "web");
    await_failing(credential, "NamespaceNotSelected", {failing(lab, "web", "NamespaceNotSelected")});
    kubelet_.runs(web);
    await_healthy(credential);
}
