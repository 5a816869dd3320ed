// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.hpp"

#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using explain::access_result;
using explain::explain_images;
using explain::verdict;

namespace {

const std::string image = "registry.example.com/team/app";
const std::string runs = status_of(R"({"running":{}})");
const std::string refused =
    status_of(R"({"waiting":{"reason":"ErrImagePull","message":"401 Unauthorized"}})");
const std::string not_found = status_of(R"({"waiting":{"reason":"ErrImagePull","message":"not found"}})");

verdict only_verdict(const explain::observation& seen) {
    const auto answers = explain_images(seen);
    REQUIRE(answers.size() == 1);
    CHECK(explain::all_good(answers) == explain::is_good(answers[0].result));
    return answers[0].result;
}

verdict with(std::vector<explain::observed_secret> secrets, const std::string& status = "{}") {
    return only_verdict(seen_with(pod_of(image, status), std::move(secrets)));
}

std::vector<explain::observed_secret> list(explain::observed_secret first) {
    std::vector<explain::observed_secret> secrets;
    secrets.push_back(std::move(first));
    return secrets;
}

std::vector<explain::observed_secret> list(explain::observed_secret first, explain::observed_secret second) {
    auto secrets = list(std::move(first));
    secrets.push_back(std::move(second));
    return secrets;
}

explain::observed_secret good() {
    return secret_for("good", "registry.example.com");
}
explain::observed_secret broken() {
    return secret_with("broken", "{");
}

}  // namespace

TEST_CASE("a credential is usable when it matches, names somebody, and nothing speaks against it") {
    CHECK(with(list(good())) == verdict::usable);
    CHECK(with(list(good()), runs) == verdict::usable);
    CHECK(with(list(unread_secret("gone", access_result::missing), good())) == verdict::usable);
    CHECK(with(list(secret_with("opaque", "{", "Opaque"), good())) == verdict::usable);
    CHECK(with(list(secret_for("first", "registry.example.com", ""), good())) == verdict::usable);
    // The image is missing, not the credential.
    CHECK(with(list(good()), not_found) == verdict::usable);
    CHECK(with(list(good()), refused) == verdict::refused);
}

TEST_CASE("an image that no entry matches is pulled without a credential, which is well only if it has run") {
    CHECK(with({}) == verdict::anonymous);
    CHECK(with({}, runs) == verdict::runs);
    CHECK(with({}, refused) == verdict::anonymous);
    CHECK(with(list(secret_for("other", "token.example.com"))) == verdict::anonymous);
    CHECK(with(list(unread_secret("gone", access_result::missing))) == verdict::anonymous);
}

TEST_CASE("an entry without a user or a password is no credential") {
    CHECK(with(list(secret_for("nobody", "registry.example.com", ""))) == verdict::nobody);
    CHECK(with(list(secret_for("nobody", "registry.example.com", "alice", ""))) == verdict::nobody);
    CHECK(with(list(secret_for("nobody", "registry.example.com", "")), runs) == verdict::nobody);
}

TEST_CASE("one broken Secret fails every image, whatever the others hold") {
    CHECK(with(list(broken())) == verdict::broken);
    CHECK(with(list(good(), broken())) == verdict::broken);
    CHECK(with(list(broken(), good()), runs) == verdict::broken);
    CHECK(with(list(broken(), unread_secret("no", access_result::forbidden))) == verdict::broken);
}

TEST_CASE("what could not be read may hold anything") {
    CHECK(with(list(unread_secret("no", access_result::forbidden))) == verdict::unknown);
    CHECK(with(list(unread_secret("no", access_result::unreadable))) == verdict::unknown);
    CHECK(with(list(good(), unread_secret("no", access_result::forbidden))) == verdict::unknown);
}

TEST_CASE("an image that is not pulled needs no credential") {
    const auto never = R"({"containers":[{"name":"app","image":"x","imagePullPolicy":"Never"}]})";
    CHECK(only_verdict(seen_with(pod_with(never), list(broken()))) == verdict::never_pulled);
    CHECK(only_verdict(seen_with(pod_with(
              never, status_of(R"({"waiting":{"reason":"ErrImageNeverPull"}})")))) == verdict::not_on_node);
    CHECK(only_verdict(seen_with(pod_of("registry.example.com/Team"), list(good()))) == verdict::bad_name);
}

TEST_CASE("each image of a Pod has its own answer, and the entries that nearly match") {
    auto subject = pod_with(R"({"containers":[{"name":"a","image":"registry.example.com/team/app"},
                                              {"name":"b","image":"registry.example.com:5000/team/app"}]})");
    const auto seen = seen_with(std::move(subject), list(good()));
    const auto answers = explain_images(seen);
    REQUIRE(answers.size() == 2);
    CHECK(answers[0].result == verdict::usable);
    CHECK(answers[0].misses.empty());
    REQUIRE(answers[0].attempts.size() == 1);
    CHECK(answers[0].attempts[0].secret == 0);
    CHECK(answers[1].result == verdict::anonymous);
    REQUIRE(answers[1].misses.size() == 1);
    CHECK(answers[1].misses[0].entry.get().written_key == "registry.example.com");
    CHECK_FALSE(explain::all_good(answers));
}
