// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pod_view.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using kube::json;
using reconcile::pod_progress;
using reconcile::read_pod;

namespace {

json waiting(const char* reason) {
    return {{"state", {{"waiting", {{"reason", reason}, {"message", "CANARY"}}}}}};
}

json running() {
    return {{"state", {{"running", {{"startedAt", "2026-05-01T10:00:00Z"}}}}}};
}

json ended() {
    return {{"state", {{"terminated", {{"exitCode", 0}}}}}};
}

json pod(const json& containers, const json& init = json::array()) {
    json object = {
        {"metadata", {{"name", "web"}, {"uid", "u-1"}}},
        {"spec",
         {{"containers", json::array()},
          {"initContainers", json::array()},
          {"imagePullSecrets", json::array({{{"name", "regcred"}}, {{"name", "other"}}})}}},
        {"status",
         {{"phase", "Pending"}, {"containerStatuses", containers}, {"initContainerStatuses", init}}}};
    for (std::size_t i = 0; i < containers.size(); ++i)
        object["spec"]["containers"].push_back({{"name", "c"}});
    for (std::size_t i = 0; i < init.size(); ++i)
        object["spec"]["initContainers"].push_back({{"name", "i"}});
    return object;
}

json list(std::initializer_list<json> items) {
    return json::array_t(items);
}

}  // namespace

TEST_CASE("a Pod waits when a container's image could not be pulled, and has started when all are there") {
    struct row {
        const char* what;
        json containers;
        json init;
        pod_progress expected;
    };
    const std::vector<row> table{
        {"a pull failed", list({waiting("ErrImagePull")}), list({}), pod_progress::waits},
        {"back-off", list({waiting("ImagePullBackOff")}), list({}), pod_progress::waits},
        {"on the node, and not for it", list({waiting("ErrImageNeverPull")}), list({}), pod_progress::waits},
        {"no registry", list({waiting("RegistryUnavailable")}), list({}), pod_progress::waits},
        {"one of two", list({running(), waiting("ImagePullBackOff")}), list({}), pod_progress::waits},
        {"an init container",
         list({waiting("PodInitializing")}),
         list({waiting("ImagePullBackOff")}),
         pod_progress::waits},
        {"running", list({running()}), list({}), pod_progress::started},
        {"running and ended", list({running(), ended()}), list({ended()}), pod_progress::started},
        {"crashes", list({waiting("CrashLoopBackOff")}), list({}), pod_progress::started},
        {"bad configuration", list({waiting("CreateContainerConfigError")}), list({}), pod_progress::started},
        {"being created", list({waiting("ContainerCreating")}), list({}), pod_progress::not_yet_known},
        {"no reason given", list({waiting("")}), list({}), pod_progress::not_yet_known},
        {"one of two being created",
         list({running(), waiting("ContainerCreating")}),
         list({}),
         pod_progress::not_yet_known},
        {"an init container runs",
         list({waiting("PodInitializing")}),
         list({running()}),
         pod_progress::not_yet_known},
        {"no state", list({json::object()}), list({}), pod_progress::not_yet_known},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        CHECK(read_pod(pod(row.containers, row.init)).progress == row.expected);
    }
}

TEST_CASE("a Pod without container statuses is not known to have started") {
    auto object = pod(list({running()}));
    object["status"] = json::object();
    CHECK(read_pod(object).progress == pod_progress::not_yet_known);
    object["spec"]["containers"] = json::array();
    CHECK(read_pod(object).progress == pod_progress::not_yet_known);
}

TEST_CASE("a Pod that lacks the status of one of its containers is not known to have started") {
    auto object = pod(list({running()}));
    object["spec"]["containers"].push_back({{"name", "second"}});
    CHECK(read_pod(object).progress == pod_progress::not_yet_known);
}

TEST_CASE("a Pod that has ended counts as started") {
    for (const char* phase : {"Succeeded", "Failed"}) {
        auto object = pod(list({waiting("ImagePullBackOff")}));
        object["status"]["phase"] = phase;
        CHECK(read_pod(object).progress == pod_progress::started);
    }
}

TEST_CASE("read_pod keeps the UID, the deletion and the names of the pull Secrets") {
    auto object = pod(list({running()}));
    const auto view = read_pod(object);
    CHECK(view.uid == "u-1");
    CHECK_FALSE(view.deleting);
    CHECK(view.pull_secrets == std::vector<std::string>{"regcred", "other"});
    object["metadata"]["deletionTimestamp"] = "2026-05-01T10:00:00Z";
    CHECK(read_pod(object).deleting);
}

TEST_CASE("read_pod accepts any JSON value") {
    for (const auto& value : {json(),
                              json(5),
                              json::array(),
                              json{{"spec", 5}, {"status", json::array()}, {"metadata", "x"}},
                              json{{"spec", {{"imagePullSecrets", {{"name", 5}}}}}}}) {
        CHECK(read_pod(value).progress == pod_progress::not_yet_known);
    }
}
