// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/explanation.hpp"

#include "dockerconfig/key_rules.hpp"
#include "kubelet/names/registry_match.hpp"
#include "kubelet/pull_keyring.hpp"
#include "support/registry_fields.hpp"
#include "unit/explain/observations.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
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

struct missed {
    std::string key;
    std::string_view repository;
    std::string_view says;  // a part of it; empty: nothing at all
};

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

TEST_CASE("an entry that seems meant for an image says what keeps it from matching") {
    constexpr std::string_view plain = "registry.example.com/team/app";
    constexpr std::string_view port = "registry.example.com:5000/team/app";
    constexpr std::string_view hub = "docker.io/acme/app";
    constexpr std::string_view ipv6 = "[fd00::1]:5000/team/app";
    const std::vector<missed> table{
        // It matches, or is for another registry.
        {"registry.example.com", plain, ""},
        {"*.example.com/team", plain, ""},
        {"docker.io", hub, ""},
        {"token.example.com", plain, ""},
        {"*.example.org", plain, ""},
        {"*", plain, ""},
        {"https://index.docker.io/v1/", plain, ""},
        {"registry.example.com", hub, ""},
        {"mydocker.io", hub, ""},
        // Ports.
        {"registry.example.com",
         port,
         "the image uses port 5000; the entry has no port: write registry.example.com:5000"},
        {"registry.example.com:5000",
         plain,
         "the image uses no port; the entry has port 5000: write registry.example.com"},
        {"registry.example.com:443", plain, "write registry.example.com"},
        {"*.example.com", port, "write registry.example.com:5000"},
        // Paths.
        {"registry.example.com/acme", plain, "this image is registry.example.com/team/app"},
        {"registry.example.com/team/app/", plain, "this image is registry.example.com/team/app"},
        {"registry.example.com/team/app:1.2", plain, "has no tag and no digest"},
        {"https://registry.example.com/v2", plain, "ends in /v1 or /v2 without a slash"},
        {"registry.example.com/*", plain, "without *"},
        {"registry.example.com//team", plain, "without * and empty parts"},
        {"registry.example.com/v2/acme", plain, "write it without /v1 or /v2"},
        {"registry-1.docker.io", "registry-1.docker.io/acme/app", ""},
        {"https://index.docker.io/v1/", "registry-1.docker.io/acme/app", ""},
        // Hosts.
        {"Registry.Example.com", plain, "lower case"},
        {"HTTPS://registry.example.com", plain, "in lower case and once"},
        {"registry.example.com ", plain, "of the key is not allowed"},
        {"*.com", plain, "a * matches within one part between dots: write registry.example.com"},
        {"*.registry.example.com", plain, "a * matches within one part"},
        // IPv6 addresses.
        {"[fd00::1]", ipv6, "the entry has no port: write [fd00::1]:5000"},
        {"fd00::1", ipv6, "the entry has no port: write [fd00::1]:5000"},
        {"[fd00::1]:443", ipv6, "the image uses port 5000; the entry has port 443: write [fd00::1]:5000"},
        {"fd00::1:5000", ipv6, "an IPv6 address needs brackets and a port"},
        {"[FD00::1]:5000", ipv6, "lower case"},
        {"[fd00::1]", "[fd00::1]/app", "takes the brackets of an IPv6 address without a port for a glob"},
        {"[fd00::2]:5000", ipv6, ""},
        {"fd00::2:5000", ipv6, ""},
        {"[fd00::1]:5000", ipv6, ""},
        // Docker Hub.
        {"acme", hub, "is an organisation on Docker Hub: write the full host name"},
        {"acme/app", hub, "is an organisation on Docker Hub"},
        {"acm", hub, ""},
        {"other", hub, ""},
        {"registry-1.docker.io", hub, "https://index.docker.io/v1/"},
        {"hub.docker.com", hub, "https://index.docker.io/v1/"},
        {"https://hub.docker.com/", hub, "https://index.docker.io/v1/"},
        {"*.docker.io", hub, "https://index.docker.io/v1/"},
        {"https://index.docker.io/v1", hub, "with the slash at the end"},
        {"index.docker.io/acme", hub, "https://index.docker.io/v1/"},
        {"Docker.io", hub, "https://index.docker.io/v1/"},
        {"docker.io/other", hub, "this image is docker.io/acme/app"},
    };
    for (const auto& [key, repository, says] : table) {
        CAPTURE(key);
        CAPTURE(repository);
        const kubelet::pull_entry entry{key, kubelet::stored_key(key), {}, {}};
        const auto reason = explain::mismatch_reason(entry, repository);
        if (says.empty()) {
            CHECK_MESSAGE(!reason, reason.value_or(""));
        } else {
            REQUIRE(reason);
            CHECK_MESSAGE(reason->find(says) != std::string::npos, *reason);
        }
    }
}

TEST_CASE("registry_key_for gives the key that the kubelet finds") {
    CHECK(explain::registry_key_for("docker.io/acme/app") == "https://index.docker.io/v1/");
    CHECK(explain::registry_key_for("registry.example.com:5000/team/app") == "registry.example.com:5000");
}

TEST_CASE("explain advises a registry that a source may have, and finds no fault with one") {
    for (const auto& [registry, is_valid] : harness::registry_fields()) {
        CAPTURE(registry);
        const auto stored = kubelet::stored_key(registry);
        if (!is_valid || !stored) continue;
        const auto example = kubelet::example_repository(*stored);
        REQUIRE(example.has_value());
        const kubelet::pull_entry entry{registry, stored, {}, {}};
        if (kubelet::key_matches(*stored, *example)) CHECK_FALSE(explain::mismatch_reason(entry, *example));
        const auto advised = explain::registry_key_for(*example);
        CHECK_FALSE(dockerconfig::find_registry_fault(advised));
        CHECK_FALSE(dockerconfig::find_key_fault(advised));
    }
}
