// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_filter.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::registry_filter;

namespace {

bool matches(const std::vector<std::string>& globs, std::string_view written) {
    return registry_filter(globs).matches(written);
}

}  // namespace

TEST_CASE("a filter matches a key as written or as the kubelet stores it") {
    CHECK(matches({}, "quay.io"));
    CHECK(matches({"quay.io"}, "https://quay.io/v2/"));
    CHECK(matches({"https://quay.io/v2/"}, "https://quay.io/v2/"));
    CHECK(matches({"index.docker.io"}, "https://index.docker.io/v1/"));
    CHECK(matches({"*.example.com"}, "a.b.example.com"));
    CHECK(matches({"*.example.com"}, "*.example.com"));
    CHECK(matches({"ghcr.io", "quay.i?"}, "quay.io"));
    CHECK_FALSE(matches({"quay.io"}, "quay.io/org"));
    CHECK_FALSE(matches({"https://quay.io"}, "quay.io"));
    CHECK_FALSE(matches({"uay.io"}, "quay.io"));

    const std::string much_too_long(1'000'000, 'a');
    CHECK(matches({"a*"}, much_too_long));
    CHECK_FALSE(matches({"quay.io", "a*b"}, much_too_long));
}

TEST_CASE("docker.io and the other keys of Docker Hub match each other in a filter") {
    for (const auto* hub : {"docker.io", "index.docker.io", "https://index.docker.io/v1/"}) {
        CAPTURE(hub);
        CHECK(matches({"quay.io", hub}, "https://index.docker.io/v1/"));
        CHECK(matches({hub}, "docker.io"));
        CHECK_FALSE(matches({hub}, "docker.io/org"));
        CHECK_FALSE(matches({hub}, "https://index.docker.io/v1/access-token"));
        CHECK_FALSE(matches({hub}, "registry-1.docker.io"));  // a host like any other to the kubelet
    }
    CHECK_FALSE(matches({"docker.i?"}, "https://index.docker.io/v1/"));
    CHECK_FALSE(matches({"*ocker.io"}, "https://index.docker.io/v1/access-token"));
}

TEST_CASE("a filter tells the globs that match none of the keys") {
    const registry_filter filter({"docker.io", "ghcr.io", "*.example.com", "quay.?o"});
    using strings = std::vector<std::string>;
    CHECK(filter.unmatched({}) == strings{"docker.io", "ghcr.io", "*.example.com", "quay.?o"});
    CHECK(filter.unmatched({"https://index.docker.io/v1/", "quay.io"}) ==
          strings{"ghcr.io", "*.example.com"});
    CHECK(filter.unmatched({"docker.io", "ghcr.io", "a.example.com", "quay.io"}).empty());
    CHECK(registry_filter({}).unmatched({"quay.io"}).empty());
}
