// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_key.hpp"

#include "dockerconfig/registry_filter.hpp"
#include "support/registry_fields.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::key_fault;
using dockerconfig::registry_key;

namespace {

struct accepted {
    std::string_view written;
    std::string_view stored;
};

registry_key key(std::string_view written) {
    return registry_key::parse(written).value();
}

}  // namespace

// The right-hand sides are what the kubelet 1.37.1 stores for the left-hand ones.
TEST_CASE("a registry key is stored as the kubelet stores it") {
    const std::vector<accepted> table{
        {"quay.io", "quay.io"},
        {"quay.io/", "quay.io"},
        {"https://quay.io", "quay.io"},
        {"http://quay.io", "quay.io"},
        {"https://quay.io/", "quay.io"},
        {"https://quay.io/v1/", "quay.io"},
        {"quay.io/v2/", "quay.io"},
        {"http://quay.io/v2/org", "quay.io/org"},
        {"https://index.docker.io/v1/", "index.docker.io"},
        {"index.docker.io", "index.docker.io"},
        {"docker.io", "docker.io"},
        {"docker.io/org", "docker.io/org"},
        {"registry.example.com:5000", "registry.example.com:5000"},
        {"https://registry.example.com:443/v2/", "registry.example.com:443"},
        {"registry:5000/team/app", "registry:5000/team/app"},
        {"registry.example.com/team/", "registry.example.com/team/"},
        {"registry.example.com/team/a.b_c--d", "registry.example.com/team/a.b_c--d"},
        {"registry.example.com/v10/x", "registry.example.com/v10/x"},
        {"localhost", "localhost"},
        {"localhost:5000", "localhost:5000"},
        {"*.example.com", "*.example.com"},
        {"*-good.example.com", "*-good.example.com"},
        {"*:5000", "*:5000"},
        {"*.*", "*.*"},
        {"10.0.0.1:5000", "10.0.0.1:5000"},
        {"my_registry.internal", "my_registry.internal"},
        {"[fd00::1]:5000", "[fd00::1]:5000"},
        {"https://[fd00::1]:5000/v2/app", "[fd00::1]:5000/app"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        // Hosts like any other to the kubelet.
        {"registry-1.docker.io", "registry-1.docker.io"},
        {"https://registry-1.docker.io/v2/", "registry-1.docker.io"},
        {"registry.docker.io", "registry.docker.io"},
        {"hub.docker.com", "hub.docker.com"},
        {"hub.docker.company.org", "hub.docker.company.org"},
        {"index.docker.io:443", "index.docker.io:443"},
        {"*.docker.io", "*.docker.io"},
        // Odd ones, which match images for the kubelet all the same.
        {"Reg.example.com", "Reg.example.com"},
        {"https://REG:5000", "REG:5000"},
        {"REG", "REG"},
        {"*", "*"},
        {"localhos*", "localhos*"},
        {"reg.example.com:", "reg.example.com:"},
        {"reg.example.com:0443", "reg.example.com:0443"},
        {"reg.example.com:65536", "reg.example.com:65536"},
        {"reg.example.com/v1/v2/team", "reg.example.com/v2/team"},
        {"quay.io/v1/v2", "quay.io/v2"},
        {"quay.io/v2", "quay.io/v2"},
        {"reg.example.com/team-", "reg.example.com/team-"},
        {"reg.example.com/team__", "reg.example.com/team__"},
    };
    for (const auto& [written, stored] : table) {
        CAPTURE(written);
        const auto parsed = registry_key::parse(written);
        REQUIRE(parsed.has_value());
        CHECK(parsed->written() == written);
        CHECK(parsed->stored() == stored);
        CHECK(dockerconfig::registry_filter({std::string(stored)}).matches(written));
    }
}

TEST_CASE("a key of which the kubelet drops or decodes a part is delivered as the kubelet stores it") {
    const std::vector<accepted> table{
        {"https://user:CANARY@reg.example.com/v2/", "reg.example.com"},
        {"user@reg.example.com:5000/team", "reg.example.com:5000/team"},
        {"reg.example.com?service=x", "reg.example.com"},
        {"reg.example.com/team#main", "reg.example.com/team"},
        {"reg.example.com/%74eam", "reg.example.com/team"},
        {"reg.example.com/%2574eam", "reg.example.com/team"},
        {"reg.example.com/team%3Fx", "reg.example.com/team"},
    };
    for (const auto& [written, delivered] : table) {
        CAPTURE(written);
        const auto parsed = registry_key::parse(written);
        REQUIRE(parsed.has_value());
        CHECK(parsed->written() == delivered);
        CHECK(parsed->stored() == delivered);
    }
}

TEST_CASE("a key that no image can match can be left out, and says why it matches none") {
    for (const std::string_view written : {std::string_view{""},
                                           std::string_view{"https://"},
                                           std::string_view{"/"},
                                           std::string_view{"https:///path"},
                                           std::string_view{"reg.example.com/a b"},
                                           std::string_view{"reg.example.com\n"},
                                           std::string_view{"reg\0.io", 7},
                                           std::string_view{"r\xC3\xA4g.example.com"},
                                           std::string_view{"reg.example.com,quay.io"},
                                           std::string_view{"HTTPS://reg.example.com"},
                                           std::string_view{"oci://reg.example.com"},
                                           std::string_view{"reg.example.com/team/app:1.2"},
                                           std::string_view{"reg.example.com/team/app@sha256:00ff"},
                                           std::string_view{"reg.example.com/Team"},
                                           std::string_view{"reg..example.com"},
                                           std::string_view{"-reg.example.com"},
                                           std::string_view{"reg_.example.com"},
                                           std::string_view{"re[g].example.com"},
                                           std::string_view{"[fd00::1]"},
                                           std::string_view{"[::ffff:10.0.0.1]:5000"},
                                           std::string_view{"reg.example.com:50*"},
                                           std::string_view{"my_registry:5000"},
                                           std::string_view{"nginx:latest"},
                                           std::string_view{"reg.example.com//team"},
                                           std::string_view{"reg.example.com/*"},
                                           std::string_view{"reg.example.com/a..b"},
                                           std::string_view{"reg.example.com/team___"},
                                           std::string_view{"reg.example.com/%zz"},
                                           std::string_view{"https://index.docker.io/v1"},
                                           std::string_view{"https://index.docker.io/v1/access-token"},
                                           std::string_view{"https://index.docker.io/v1/refresh-token"},
                                           std::string_view{"index.docker.io/v2/app"},
                                           std::string_view{"index.docker.io:"},
                                           std::string_view{"myorg"},
                                           std::string_view{"myorg/app"}}) {
        CAPTURE(written);
        const auto parsed = registry_key::parse(written);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().fault == key_fault::never_matches);
        CHECK_FALSE(parsed.error().message.empty());
    }
    const std::string path(256, 'a');
    CHECK(registry_key::parse("quay.io/" + path).error().fault == key_fault::never_matches);
    CHECK(registry_key::parse("quay.io/" + path.substr(1)).has_value());
    CHECK(registry_key::parse("quay.io/" + path.substr(1) + "/").has_error());
    CHECK(registry_key::parse("quay.io/a..b").error().message ==
          "no image can have a name that begins with it");
}

TEST_CASE("a key that cannot be delivered in a form that means the same is refused") {
    CHECK(registry_key::parse("https://user@reg.example.com/v1/v2/team").error().fault ==
          key_fault::ambiguous);
    const std::string host = std::string(dockerconfig::max_registry_key_bytes - 3, 'a') + ".io";
    CHECK(registry_key::parse(host).has_value());
    CHECK(registry_key::parse("a" + host).error().fault == key_fault::too_long);
}

TEST_CASE("only keys that are one registry to the kubelet have the same claim") {
    struct pair {
        std::string_view a;
        std::string_view b;
        bool same;
    };
    const std::vector<pair> table{
        {"https://reg.example.com", "reg.example.com", true},
        {"http://reg.example.com", "https://reg.example.com/", true},
        {"reg.example.com/v1/", "reg.example.com/v2/", true},
        {"reg.example.com/v2/team", "reg.example.com/team", true},
        {"https://index.docker.io/v1/", "index.docker.io", true},
        // Both are Docker Hub: credentials of docker.io hide those of index.docker.io.
        {"docker.io", "https://index.docker.io/v1/", true},
        {"docker.io/org", "docker.io", false},
        {"reg.example.com", "reg.example.com:443", false},
        {"reg.example.com:", "reg.example.com", true},
        {"reg.example.com:/team", "reg.example.com/team", true},
        {"docker.io:", "index.docker.io", true},
        {"reg.example.com", "reg.example.com/team", false},
        {"reg.example.com/team", "reg.example.com/team/", false},
        {"evil.azurecr.io.attacker.com", "evil.azurecr.io", false},
        {"*.example.com", "reg.example.com", false},
        {"docker.io.example.com", "docker.io", false},
    };
    for (const auto& [a, b, same] : table) {
        CAPTURE(a);
        CAPTURE(b);
        CHECK((key(a).claim() == key(b).claim()) == same);
    }
}

TEST_CASE("parse_for_basic_auth reads docker.io as Docker Hub's key") {
    CHECK(registry_key::parse_for_basic_auth("docker.io")->written() == "https://index.docker.io/v1/");
    CHECK(registry_key::parse_for_basic_auth("docker.io/org")->written() == "docker.io/org");
    CHECK(registry_key::parse_for_basic_auth("quay.io")->written() == "quay.io");
    CHECK(registry_key::parse_for_basic_auth("index.docker.io")->written() == "index.docker.io");
    CHECK(registry_key::parse_for_basic_auth("hub.docker.com").error().fault == key_fault::never_matches);
}

TEST_CASE("parse_for_basic_auth accepts what the CRD accepts") {
    for (const auto& [registry, is_valid] : harness::registry_fields()) {
        CAPTURE(registry);
        const auto parsed = registry_key::parse_for_basic_auth(registry);
        CHECK(parsed.has_value() == is_valid);
        if (!parsed) CHECK_FALSE(parsed.error().message.empty());
    }
}

TEST_CASE("is_safe_to_show is true only for keys that look like a registry and not like a login") {
    for (const std::string_view named : {"quay.io",
                                         "https://index.docker.io/v1",
                                         "Reg.example.com:5000/Team",
                                         "localhost:5000",
                                         "*.example.com",
                                         "quay.io/app:tag",
                                         "reg..example.com",
                                         "[fd00::1]:5000/team",
                                         "https://[::1]/v2/",
                                         "[FD00::1]",
                                         "10.0.0.1:99999"}) {
        CAPTURE(named);
        CHECK(dockerconfig::is_safe_to_show(named));
    }
    const std::string longest = "quay.io/" + std::string(253 - 8, 'a');
    CHECK(dockerconfig::is_safe_to_show(longest));
    CHECK_FALSE(dockerconfig::is_safe_to_show(longest + 'a'));
    for (const std::string_view hidden : {"",
                                          "user:password",
                                          "robot:12345",
                                          "dXNlcjpwYXNz",
                                          "https://user:password@quay.io",
                                          "user@quay.io",
                                          "quay.io:password",
                                          "quay.io?token=x",
                                          "quay.io#x",
                                          "quay.io\n",
                                          "qu\xC3\xA4.io",
                                          "quay.io/%41",
                                          "quay.io/=",
                                          "[fd00::1]:password",
                                          "[fd00::1]password",
                                          "[password::1]:5000",
                                          "[fd00:1]:5000",
                                          "[fd00::1",
                                          "fd00::1",
                                          "[]",
                                          "quay.io:123456",
                                          "quay.io:1234567"}) {
        CAPTURE(hidden);
        CHECK_FALSE(dockerconfig::is_safe_to_show(hidden));
    }
}
