// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pod.hpp"

#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using explain::pull_trouble;
using explain::trouble_of;

namespace {

struct waiting {
    std::string_view reason;
    std::string_view message;
    pull_trouble trouble;
};

}  // namespace

TEST_CASE("every image of a Pod is found once, with all that use it") {
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

TEST_CASE("an image is pulled unless all that use it say Never") {
    const auto never = R"({"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Never"}],
                           "volumes": [{"name": "v", "image": {"reference": "x", "pullPolicy": "Never"}}]})";
    CHECK_FALSE(pod_with(never).images[0].may_be_pulled);
    const auto one = R"({"containers": [{"name": "a", "image": "x", "imagePullPolicy": "Never"},
                                        {"name": "b", "image": "x", "imagePullPolicy": "IfNotPresent"}]})";
    CHECK(pod_with(one).images[0].may_be_pulled);
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

TEST_CASE("the last pull's failure is told by what runtimes and registries say") {
    const std::vector<waiting> table{
        {"ContainerCreating", "", pull_trouble::none},
        {"PodInitializing", "401 Unauthorized", pull_trouble::none},
        {"illegal base64 data at input byte 4", "", pull_trouble::none},
        {"ErrImagePull",
         "failed to pull and unpack image \"i\": failed to resolve reference \"i\": unexpected status from "
         "HEAD "
         "request to https://registry.example.com/v2/team/app/manifests/1: 401 Unauthorized",
         pull_trouble::refused},
        {"ImagePullBackOff",
         "Back-off pulling image \"i\": ErrImagePull: pull access denied, repository does not exist or may "
         "require authorization: server message: insufficient_scope: authorization failed",
         pull_trouble::refused},
        {"ErrImagePull",
         "unexpected status from GET request to https://x/token: 403 Forbidden",
         pull_trouble::refused},
        {"ErrImagePull", "toomanyrequests: You have reached your pull rate limit.", pull_trouble::limited},
        {"ErrImagePull", "429 Too Many Requests", pull_trouble::limited},
        {"ErrImagePull", "failed to resolve reference \"i\": i: not found", pull_trouble::not_found},
        {"ErrImagePull", "manifest unknown", pull_trouble::not_found},
        {"ErrImagePull", "dial tcp: lookup registry.example.com: no such host", pull_trouble::unreachable},
        {"ErrImagePull",
         "tls: failed to verify certificate: x509: signed by unknown",
         pull_trouble::unreachable},
        {"RegistryUnavailable", "", pull_trouble::unreachable},
        {"ImagePullBackOff", "Back-off pulling image \"i\"", pull_trouble::other},
        {"SignatureValidationFailed", "", pull_trouble::other},
        {"ErrImageNeverPull", "", pull_trouble::never_pulled},
    };
    for (const auto& [reason, message, trouble] : table) {
        CAPTURE(reason);
        CAPTURE(message);
        CHECK(trouble_of(reason, message, "i.example.com/x") == trouble);
    }
    const std::string telling = "registry.example.com/forbidden:unauthorized";
    CHECK(trouble_of("ErrImagePull", "failed to pull \"" + telling + "\": no such host", telling) ==
          pull_trouble::unreachable);
    CHECK(pod_of("x", status_of(R"({"waiting":{"reason":"ErrImagePull","message":"403 Forbidden"}})"))
              .images[0]
              .trouble == pull_trouble::refused);
}
