// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/pull_failure.hpp"

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
