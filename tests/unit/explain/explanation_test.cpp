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
using explain::image_result;

namespace {

const std::string image = "registry.example.com/team/app";
const std::string runs = status_of(R"({"running":{}})");
const std::string refused =
    status_of(R"({"waiting":{"reason":"ErrImagePull","message":"401 Unauthorized"}})");
const std::string not_found = status_of(R"({"waiting":{"reason":"ErrImagePull","message":"not found"}})");

image_result only_result(const explain::observation& seen) {
    const auto explanations = explain_images(seen);
    REQUIRE(explanations.size() == 1);
    CHECK(explain::all_good(explanations) == explain::is_good(explanations[0].result));
    return explanations[0].result;
}

image_result with(std::vector<explain::listed_secret> secrets, const std::string& status = "{}") {
    return only_result(seen_with(pod_of(image, status), std::move(secrets)));
}

std::vector<explain::listed_secret> list(explain::listed_secret first) {
    std::vector<explain::listed_secret> secrets;
    secrets.push_back(std::move(first));
    return secrets;
}

std::vector<explain::listed_secret> list(explain::listed_secret first, explain::listed_secret second) {
    auto secrets = list(std::move(first));
    secrets.push_back(std::move(second));
    return secrets;
}

explain::listed_secret good() {
    return secret_for("good", "registry.example.com");
}
explain::listed_secret broken() {
    return secret_with("broken", "{");
}

}  // namespace

TEST_CASE("an image is usable when an entry with credentials matches and the registry has not refused it") {
    CHECK(with(list(good())) == image_result::usable);
    CHECK(with(list(good()), runs) == image_result::usable);
    CHECK(with(list(unread_secret("gone", access_result::missing), good())) == image_result::usable);
    CHECK(with(list(secret_with("opaque", "{", "Opaque"), good())) == image_result::usable);
    CHECK(with(list(secret_for("first", "registry.example.com", ""), good())) == image_result::usable);
    // The image is missing, not the credential.
    CHECK(with(list(good()), not_found) == image_result::usable);
    CHECK(with(list(good()), refused) == image_result::refused);
}

TEST_CASE("an image that no entry matches is anonymous, unless a container of it has run") {
    CHECK(with({}) == image_result::anonymous);
    CHECK(with({}, runs) == image_result::already_pulled);
    CHECK(with({}, refused) == image_result::anonymous);
    CHECK(with({},
               R"({"containerStatuses":[{"name":"app","lastState":{"terminated":{}},
                   "state":{"waiting":{"reason":"ErrImagePull","message":"401 Unauthorized"}}}]})") ==
          image_result::anonymous);
    CHECK(with(list(secret_for("other", "token.example.com"))) == image_result::anonymous);
    CHECK(with(list(unread_secret("gone", access_result::missing))) == image_result::anonymous);
}

TEST_CASE("an image is incomplete when no matching entry has both username and password") {
    CHECK(with(list(secret_for("incomplete", "registry.example.com", ""))) == image_result::incomplete);
    CHECK(with(list(secret_for("incomplete", "registry.example.com", "alice", ""))) ==
          image_result::incomplete);
    CHECK(with(list(secret_for("incomplete", "registry.example.com", "")), runs) == image_result::incomplete);
}

TEST_CASE("one broken Secret fails every image, whatever the others hold") {
    CHECK(with(list(broken())) == image_result::broken_secret);
    CHECK(with(list(good(), broken())) == image_result::broken_secret);
    CHECK(with(list(broken(), good()), runs) == image_result::broken_secret);
    CHECK(with(list(broken(), unread_secret("no", access_result::forbidden))) == image_result::broken_secret);
}

TEST_CASE("a Secret that could not be read makes the result unreadable_secret") {
    CHECK(with(list(unread_secret("no", access_result::forbidden))) == image_result::unreadable_secret);
    CHECK(with(list(unread_secret("no", access_result::unreadable))) == image_result::unreadable_secret);
    CHECK(with(list(good(), unread_secret("no", access_result::forbidden))) ==
          image_result::unreadable_secret);
}

TEST_CASE("an image that the kubelet does not pull needs no credentials") {
    const auto never = R"({"containers":[{"name":"app","image":"x","imagePullPolicy":"Never"}]})";
    CHECK(only_result(seen_with(pod_with(never), list(broken()))) == image_result::never_pulled);
    CHECK(
        only_result(seen_with(pod_with(never, status_of(R"({"waiting":{"reason":"ErrImageNeverPull"}})")))) ==
        image_result::not_present);
    CHECK(only_result(seen_with(pod_of("registry.example.com/Team"), list(good()))) ==
          image_result::invalid_name);
}

TEST_CASE("each image of a Pod has its own result and its mismatched entries") {
    auto subject = pod_with(R"({"containers":[{"name":"a","image":"registry.example.com/team/app"},
                                              {"name":"b","image":"registry.example.com:5000/team/app"}]})");
    const auto seen = seen_with(std::move(subject), list(good()));
    const auto explanations = explain_images(seen);
    REQUIRE(explanations.size() == 2);
    CHECK(explanations[0].result == image_result::usable);
    CHECK(explanations[0].mismatches.empty());
    REQUIRE(explanations[0].attempts.size() == 1);
    CHECK(explanations[0].attempts[0].secret == 0);
    CHECK(explanations[1].result == image_result::anonymous);
    REQUIRE(explanations[1].mismatches.size() == 1);
    CHECK(explanations[1].mismatches[0].entry.get().written_key == "registry.example.com");
    CHECK_FALSE(explain::all_good(explanations));
}
