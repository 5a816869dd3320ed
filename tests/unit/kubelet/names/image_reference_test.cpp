// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/image_reference.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using kubelet::is_of_default_registry;
using kubelet::repository_of;

namespace {

const std::string sixty_four(64, 'a');

}  // namespace

TEST_CASE("repository_of gives the repository that the kubelet pulls from") {
    const std::vector<std::pair<std::string, std::string_view>> table{
        {"nginx", "docker.io/library/nginx"},
        {"nginx:1.27", "docker.io/library/nginx"},
        {"nginx@sha256:" + sixty_four, "docker.io/library/nginx"},
        {"nginx:1.27@sha512:" + sixty_four + sixty_four, "docker.io/library/nginx"},
        {"docker.io/nginx", "docker.io/library/nginx"},
        {"index.docker.io/nginx", "docker.io/library/nginx"},
        {"acme/app", "docker.io/acme/app"},
        {"registry/team/app", "docker.io/registry/team/app"},
        {"registry:5000/app", "registry:5000/app"},
        {"registry.example.com/app", "registry.example.com/app"},
        {"localhost/app", "localhost/app"},
        {"localhost:5000/app", "localhost:5000/app"},
        {"Registry/app", "Registry/app"},
        {"[::1]:5000/app", "[::1]:5000/app"},
        {"[::1]/app", "[::1]/app"},
        {"my_registry.internal/app", "my_registry.internal/app"},
        {"reg.example.com/a--b/c__d/e.f/g_h", "reg.example.com/a--b/c__d/e.f/g_h"},
        {"nginx:5000", "docker.io/library/nginx"},
        {"nginx:_Tag.1-x", "docker.io/library/nginx"},
        {"reg.example.com/" + std::string(255, 'a'), {}},
    };
    for (const auto& [image, repository] : table) {
        CAPTURE(image);
        const auto found = repository_of(image);
        REQUIRE(found);
        CHECK((repository.empty() ? *found == image : *found == repository));
    }
}

TEST_CASE("repository_of gives nothing for a name that is not valid") {
    for (const std::string& image : {std::string{},
                                     std::string{":tag"},
                                     std::string{"Nginx"},
                                     std::string{"acme/App"},
                                     std::string{"nginx:"},
                                     std::string{"nginx:a:b"},
                                     std::string{"nginx:-x"},
                                     "nginx:" + std::string(129, 'a'),
                                     std::string{"nginx@"},
                                     std::string{"nginx@sha256:abc"},
                                     "nginx@sha256:" + std::string(64, 'A'),
                                     "nginx@md5:" + std::string(32, 'a'),
                                     sixty_four,
                                     std::string{"a/b/"},
                                     std::string{"a//b"},
                                     std::string{"/a"},
                                     std::string{"a..b"},
                                     std::string{"a___b"},
                                     std::string{"a_-b"},
                                     std::string{"a-"},
                                     std::string{"-a"},
                                     std::string{"a b"},
                                     std::string{"https://registry.example.com/app"},
                                     std::string{"-reg.example.com/app"},
                                     std::string{"reg..example.com/app"},
                                     std::string{"reg.example.com:/app"},
                                     std::string{"reg.example.com:x/app"},
                                     std::string{"[::1/app"},
                                     std::string{"[]:5000/app"},
                                     std::string{"[::1]x/app"},
                                     "reg.example.com/" + std::string(256, 'a')}) {
        CAPTURE(image);
        CHECK_FALSE(repository_of(image));
    }
}

TEST_CASE("is_of_default_registry is true for Docker Hub and for a host without dot and port") {
    CHECK(is_of_default_registry("docker.io/library/nginx"));
    CHECK(is_of_default_registry("localhost/app"));
    CHECK(is_of_default_registry("Registry/app"));
    CHECK_FALSE(is_of_default_registry("localhost:5000/app"));
    CHECK_FALSE(is_of_default_registry("registry-1.docker.io/library/nginx"));
    CHECK_FALSE(is_of_default_registry("quay.io/app"));
}
