// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pod.hpp"

#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using explain::pull_failure_kind;

TEST_CASE("read_pod lists each image once, with all that use it") {
    const auto subject = pod_with(R"({
        "serviceAccountName": "builder",
        "imagePullSecrets": [{"name": "a"}, {"name": ""}, {}, {"name": "b"}, {"name": "a"}],
        "initContainers": [{"name": "setup", "image": "acme/setup"}],
        "containers": [{"name": "app", "image": "acme/app"}, {"name": "bare"}],
        "ephemeralContainers": [{"name": "debug", "image": "acme/setup"}],
        "volumes": [{"name": "models", "image": {"reference": "acme/models"}}, {"name": "later", "image": {}},
                    {"name": "x", "emptyDir": {}}]})");
    CHECK(subject.namespace_name == "team-a");
    CHECK(subject.name == "web");
    CHECK(subject.service_account == "builder");
    CHECK(subject.pull_secrets == std::vector<std::string>{"a", "b", "a"});
    REQUIRE(subject.images.size() == 3);
    CHECK(subject.images[0].image == "acme/setup");
    CHECK(subject.images[0].used_by ==
          std::vector<std::string>{"init container setup", "ephemeral container debug"});
    CHECK(subject.images[1].used_by == std::vector<std::string>{"container app"});
    CHECK(subject.images[2].used_by == std::vector<std::string>{"volume models"});
}

TEST_CASE("an image may be pulled unless all that use it have imagePullPolicy Never") {
    const auto never = R"({"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Never"}],
                           "volumes": [{"name": "v", "image": {"reference": "x", "pullPolicy": "Never"}}]})";
    CHECK_FALSE(pod_with(never).images[0].may_be_pulled);
    const auto one = R"({"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Never"},
                                        {"name": "b", "image": "x", "imagePullPolicy": "IfNotPresent"}]})";
    CHECK(pod_with(one).images[0].may_be_pulled);
    const auto first = R"({"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Always"},
                                          {"name": "b", "image": "x", "imagePullPolicy": "Never"}]})";
    CHECK(pod_with(first).images[0].may_be_pulled);
}

TEST_CASE("an image has run when a container of it runs or ran") {
    CHECK(pod_of("x", status_of(R"({"running":{}})")).images[0].has_run);
    CHECK(pod_of("x", status_of(R"({"terminated":{}})")).images[0].has_run);
    CHECK(pod_of("x",
                 R"({"containerStatuses":[{"name":"app","state":{"waiting":{"reason":"CrashLoopBackOff"}},
                     "lastState":{"terminated":{}}}]})")
              .images[0]
              .has_run);
    CHECK(pod_of("x", R"({"containerStatuses":[{"name":"app","imageID":"sha256:1"}]})").images[0].has_run);
    CHECK_FALSE(pod_of("x").images[0].has_run);
    CHECK_FALSE(pod_of("x", status_of(R"({"waiting":{"reason":"ErrImagePull"}})")).images[0].has_run);
    CHECK_FALSE(
        pod_of("x", R"({"containerStatuses":[{"name":"other","state":{"running":{}}}]})").images[0].has_run);
}

TEST_CASE("an image has the failure of the last container that waits for it") {
    CHECK(pod_of("x", status_of(R"({"waiting":{"reason":"ErrImagePull","message":"403 Forbidden"}})"))
              .images[0]
              .last_failure == pull_failure_kind::refused);
    CHECK(pod_of("x").images[0].last_failure == pull_failure_kind::none);
    const auto two = pod_with(R"({"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]})",
                              R"({"containerStatuses": [
                                  {"name": "a", "state": {"waiting": {"reason": "ErrImageNeverPull"}}},
                                  {"name": "b", "state": {"running": {}}}]})");
    CHECK(two.images[0].last_failure == pull_failure_kind::never_pull);
    CHECK(two.images[0].has_run);
    const auto first =
        pod_with(R"({"containers": [{"name": "a", "image": "x"}, {"name": "b", "image": "x"}]})",
                 R"({"containerStatuses": [{"name": "a", "state": {"running": {}}}]})");
    CHECK(first.images[0].has_run);
}
