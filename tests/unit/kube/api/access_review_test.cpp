// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/access_review.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>

using kube::json;

namespace {

json body_of(const util::secret_bytes& text) {
    return json::parse(text.reveal());
}

}  // namespace

TEST_CASE("a TokenReview asks for the user of a token") {
    const auto body = body_of(kube::write_token_review(util::secret_bytes::copy_of("CANARY-token")));
    CHECK(body == json{{"apiVersion", "authentication.k8s.io/v1"},
                       {"kind", "TokenReview"},
                       {"spec", {{"token", "CANARY-token"}}}});
}

TEST_CASE("the answer of a TokenReview is the user as a SubjectAccessReview takes it") {
    const json user = {
        {"username", "alice"}, {"uid", "1"}, {"groups", {"a", "b"}}, {"extra", {{"k", {"v"}}}}};
    const auto known = kube::read_token_review({{"status", {{"authenticated", true}, {"user", user}}}});
    REQUIRE(known);
    REQUIRE(known->has_value());
    const auto body = body_of(kube::write_path_review(**known, "/metrics", "get"));
    CHECK(body == json{{"apiVersion", "authorization.k8s.io/v1"},
                       {"kind", "SubjectAccessReview"},
                       {"spec",
                        {{"user", "alice"},
                         {"uid", "1"},
                         {"groups", {"a", "b"}},
                         {"extra", {{"k", {"v"}}}},
                         {"nonResourceAttributes", {{"path", "/metrics"}, {"verb", "get"}}}}}});
}

TEST_CASE("a token that the API server does not know has no user") {
    for (const auto& status : {json{{"authenticated", false}}, json::object(), json{{"error", "expired"}}}) {
        const auto known = kube::read_token_review({{"status", status}});
        REQUIRE(known);
        CHECK_FALSE(known->has_value());
    }
}

TEST_CASE("an answer without a status, or a user without a name, is malformed") {
    CHECK_FALSE(kube::read_token_review(json::object()));
    CHECK_FALSE(kube::read_token_review({{"status", {{"authenticated", true}}}}));
    CHECK_FALSE(kube::read_token_review({{"status", {{"authenticated", true}, {"user", {{"uid", "1"}}}}}}));
    CHECK_FALSE(kube::read_access_review(json::object()));
}

TEST_CASE("access is allowed only if the answer says so and does not deny it") {
    const auto allowed = [](const json& status) { return *kube::read_access_review({{"status", status}}); };
    CHECK(allowed({{"allowed", true}}));
    CHECK_FALSE(allowed({{"allowed", true}, {"denied", true}}));
    CHECK_FALSE(allowed({{"allowed", false}}));
    CHECK_FALSE(allowed({{"allowed", "true"}}));
    CHECK_FALSE(allowed(json::object()));
}
