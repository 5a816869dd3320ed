// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/mismatch.hpp"

#include "kubelet/registry_match.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

struct missed {
    std::string key;
    std::string_view repository;
    std::string_view says;  // a part of it; empty: nothing at all
};

}  // namespace

TEST_CASE("an entry that seems meant for an image says what keeps it from matching") {
    constexpr std::string_view plain = "registry.example.com/team/app";
    constexpr std::string_view port = "registry.example.com:5000/team/app";
    constexpr std::string_view hub = "docker.io/acme/app";
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
        // Hosts.
        {"Registry.Example.com", plain, "lower case"},
        {"HTTPS://registry.example.com", plain, "in lower case and once"},
        {"registry.example.com ", plain, "of the key is not allowed"},
        {"*.com", plain, "a * matches within one part between dots: write registry.example.com"},
        {"*.registry.example.com", plain, "a * matches within one part"},
        // Docker Hub.
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
