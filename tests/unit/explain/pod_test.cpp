// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pod.hpp"

#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using explain::classify_pull_failure;
using explain::pull_failure_kind;

namespace {

struct waiting {
    std::string_view reason;
    std::string_view message;
    pull_failure_kind kind;
};

}  // namespace

TEST_CASE("classify_pull_failure recognises what runtimes and registries say") {
    const std::vector<waiting> table{
        {"ContainerCreating", "", pull_failure_kind::none},
        {"PodInitializing", "401 Unauthorized", pull_failure_kind::none},
        {"illegal base64 data at input byte 4", "", pull_failure_kind::none},
        {"ErrImagePull",
         "failed to pull and unpack image \"i\": failed to resolve reference \"i\": unexpected status from "
         "HEAD "
         "request to https://registry.example.com/v2/team/app/manifests/1: 401 Unauthorized",
         pull_failure_kind::refused},
        {"ImagePullBackOff",
         "Back-off pulling image \"i\": ErrImagePull: pull access denied, repository does not exist or may "
         "require authorization: server message: insufficient_scope: authorization failed",
         pull_failure_kind::refused},
        {"ErrImagePull",
         "unexpected status from GET request to https://x/token: 403 Forbidden",
         pull_failure_kind::refused},
        {"ErrImagePull",
         "toomanyrequests: You have reached your pull rate limit.",
         pull_failure_kind::rate_limited},
        {"ErrImagePull", "429 Too Many Requests", pull_failure_kind::rate_limited},
        {"ErrImagePull", "failed to resolve reference \"i\": i: not found", pull_failure_kind::not_found},
        {"ErrImagePull", "manifest unknown", pull_failure_kind::not_found},
        {"ErrImagePull",
         "dial tcp: lookup registry.example.com: no such host",
         pull_failure_kind::unreachable},
        {"ErrImagePull",
         "tls: failed to verify certificate: x509: signed by unknown",
         pull_failure_kind::unreachable},
        {"RegistryUnavailable", "", pull_failure_kind::unreachable},
        {"ImagePullBackOff", "Back-off pulling image \"i\"", pull_failure_kind::other},
        {"SignatureValidationFailed", "", pull_failure_kind::other},
        {"ErrImageNeverPull", "", pull_failure_kind::never_pull},
    };
    for (const auto& [reason, message, kind] : table) {
        CAPTURE(reason);
        CAPTURE(message);
        CHECK(classify_pull_failure(reason, message, "i.example.com/x") == kind);
    }
    const std::string telling = "registry.example.com/forbidden:unauthorized";
    CHECK(classify_pull_failure("ErrImagePull",
                                "failed to pull \"" + telling + "\": no such host",
                                telling) == pull_failure_kind::unreachable);
}

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
