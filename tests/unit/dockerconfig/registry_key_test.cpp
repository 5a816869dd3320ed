// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_key.hpp"

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

struct refused {
    std::string_view written;
    key_fault fault;
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
    };
    for (const auto& [written, stored] : table) {
        CAPTURE(written);
        const auto parsed = registry_key::parse(written);
        REQUIRE(parsed.has_value());
        CHECK(parsed->written() == written);
        CHECK(parsed->stored() == stored);
        CHECK(dockerconfig::registry_filter_matches({std::string(stored)}, written));

        const auto again = registry_key::parse(parsed->stored());
        REQUIRE(again.has_value());
        CHECK(again->stored() == stored);
    }
}

TEST_CASE("a key that the kubelet would skip, misread or never match is refused") {
    const std::vector<refused> table{
        {"", key_fault::empty},
        {"https://", key_fault::empty},
        {"/", key_fault::empty},
        {"/v1/", key_fault::empty},
        {"https:///path", key_fault::empty},
        {"reg.example.com/a b", key_fault::bad_character},
        {" reg.example.com", key_fault::bad_character},
        {"reg.example.com\n", key_fault::bad_character},
        {std::string_view{"reg\0.io", 7}, key_fault::bad_character},
        {"reg.example.com\x7f", key_fault::bad_character},
        {"r\xC3\xA4g.example.com", key_fault::bad_character},
        {"reg.example.com\\team", key_fault::bad_character},
        {"reg.example.com/a%2Fb", key_fault::bad_character},
        {"reg.example.com,quay.io", key_fault::bad_character},
        {"reg.example.com?service=x", key_fault::query},
        {"reg.example.com/team#main", key_fault::query},
        {"HTTPS://reg.example.com", key_fault::scheme},
        {"oci://reg.example.com", key_fault::scheme},
        {"docker://reg.example.com", key_fault::scheme},
        {"http://https://reg.example.com", key_fault::scheme},
        {"https://user@reg.example.com", key_fault::user_info},
        {"https://user:password@reg.example.com/v2/", key_fault::user_info},
        {"user@reg.example.com", key_fault::user_info},
        {"reg.example.com/team/app:1.2", key_fault::tag},
        {"reg.example.com/team/app@sha256:00ff", key_fault::tag},
        {"Reg.example.com", key_fault::upper_case},
        {"https://REG:5000", key_fault::upper_case},
        {"reg.example.com/Team", key_fault::upper_case},
        {"reg..example.com", key_fault::host},
        {".example.com", key_fault::host},
        {"reg.example.com.", key_fault::host},
        {"-reg.example.com", key_fault::host},
        {"reg-.example.com", key_fault::host},
        {"re[g].example.com", key_fault::host},
        {"[fd00::1", key_fault::host},
        {"[]:5000", key_fault::host},
        {"[", key_fault::host},
        {"[fd00::x]:5000", key_fault::host},
        {"[::ffff:10.0.0.1]:5000", key_fault::host},
        {"reg.example.com:", key_fault::port},
        {"reg.example.com:0", key_fault::port},
        {"reg.example.com:0443", key_fault::port},
        {"reg.example.com:65536", key_fault::port},
        {"reg.example.com:99999999999", key_fault::port},
        {"reg.example.com:50*", key_fault::port},
        {"reg.example.com:-1", key_fault::port},
        {"reg.example.com:80:90", key_fault::port},
        {"nginx:latest", key_fault::port},
        {"fd00::1", key_fault::port},
        {"[fd00::1]5000", key_fault::port},
        {"reg.example.com//team", key_fault::path},
        {"reg.example.com/team//", key_fault::path},
        {"reg.example.com/*", key_fault::path},
        {"reg.example.com/te[a]m", key_fault::path},
        {"reg.example.com/../team", key_fault::path},
        {"reg.example.com/-team", key_fault::path},
        {"reg.example.com/v1/v2/team", key_fault::path},
        {"reg.example.com/v1/v1/", key_fault::path},
        {"https://index.docker.io/v1", key_fault::version_without_slash},
        {"quay.io/v2", key_fault::version_without_slash},
        {"quay.io/v1/v2", key_fault::version_without_slash},
        {"registry-1.docker.io", key_fault::never_matches},
        {"https://registry-1.docker.io/v2/", key_fault::never_matches},
        {"hub.docker.com", key_fault::never_matches},
        {"*.docker.io", key_fault::never_matches},
        {"index.docker.io/org", key_fault::never_matches},
        {"https://index.docker.io/v1/access-token", key_fault::never_matches},
        {"[fd00::1]", key_fault::never_matches},
        {"myorg", key_fault::never_matches},
        {"myorg/app", key_fault::never_matches},
        {"*", key_fault::never_matches},
    };
    for (const auto& [written, fault] : table) {
        CAPTURE(written);
        const auto parsed = registry_key::parse(written);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().fault == fault);
        CHECK_FALSE(parsed.error().message.empty());
    }
}

TEST_CASE("parse accepts a key of 253 characters and refuses a longer one") {
    const std::string path(dockerconfig::max_registry_key_bytes - std::string_view{"quay.io/"}.size(), 'a');
    CHECK(registry_key::parse("quay.io/" + path).has_value());
    const auto longer = registry_key::parse("quay.io/a" + path);
    REQUIRE(longer.has_error());
    CHECK(longer.error().fault == key_fault::too_long);
}

TEST_CASE("the message of a key_error says what to write instead") {
    const auto message = [](std::string_view written) {
        return registry_key::parse(written).error().message;
    };
    CHECK(message("https://index.docker.io/v1").find("https://index.docker.io/v1/") != std::string::npos);
    CHECK(message("registry-1.docker.io").find("https://index.docker.io/v1/") != std::string::npos);
    CHECK(message("index.docker.io/org").find("docker.io/<organisation>") != std::string::npos);
    CHECK(message("myorg").find("docker.io/<organisation>") != std::string::npos);
    CHECK(message("[fd00::1]").find("[address]:port") != std::string::npos);
    CHECK(message("Reg.io").find("lower case") != std::string::npos);
}

TEST_CASE("same_registry is true only for keys that are one registry to the kubelet") {
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
        {"reg.example.com", "reg.example.com/team", false},
        {"reg.example.com/team", "reg.example.com/team/", false},
        {"evil.azurecr.io.attacker.com", "evil.azurecr.io", false},
        {"*.example.com", "reg.example.com", false},
        {"docker.io.example.com", "docker.io", false},
    };
    for (const auto& [a, b, same] : table) {
        CAPTURE(a);
        CAPTURE(b);
        CHECK(dockerconfig::same_registry(key(a), key(b)) == same);
        CHECK(dockerconfig::same_registry(key(b), key(a)) == same);
    }
}

TEST_CASE("parse_for_basic_auth reads docker.io as Docker Hub's key") {
    CHECK(registry_key::parse_for_basic_auth("docker.io")->written() == "https://index.docker.io/v1/");
    CHECK(registry_key::parse_for_basic_auth("docker.io/org")->written() == "docker.io/org");
    CHECK(registry_key::parse_for_basic_auth("quay.io")->written() == "quay.io");
    CHECK(registry_key::parse_for_basic_auth("hub.docker.com").error().fault == key_fault::never_matches);
}

TEST_CASE("a filter matches a key as written or as the kubelet stores it") {
    const auto matches = [](std::vector<std::string> globs, std::string_view written) {
        return dockerconfig::registry_filter_matches(globs, written);
    };
    CHECK(matches({}, "quay.io"));
    CHECK(matches({"quay.io"}, "https://quay.io/v2/"));
    CHECK(matches({"https://quay.io/v2/"}, "https://quay.io/v2/"));
    CHECK(matches({"index.docker.io"}, "https://index.docker.io/v1/"));
    CHECK(matches({"*.example.com"}, "a.b.example.com"));
    CHECK(matches({"*.example.com"}, "*.example.com"));
    CHECK(matches({"ghcr.io", "quay.i?"}, "quay.io"));
    CHECK_FALSE(matches({"quay.io"}, "quay.io/org"));
    CHECK_FALSE(matches({"https://quay.io"}, "quay.io"));
    CHECK_FALSE(matches({"docker.io"}, "https://index.docker.io/v1/"));
    CHECK_FALSE(matches({"uay.io"}, "quay.io"));

    const std::string much_too_long(1'000'000, 'a');
    CHECK(matches({"a*"}, much_too_long));
    CHECK_FALSE(matches({"quay.io", "a*b"}, much_too_long));
}

TEST_CASE("is_safe_to_show is true only for keys that look like a registry and not like a login") {
    for (const std::string_view named : {"quay.io",
                                         "https://index.docker.io/v1",
                                         "Reg.example.com:5000/Team",
                                         "localhost:5000",
                                         "*.example.com",
                                         "quay.io/app:tag",
                                         "reg..example.com",
                                         "10.0.0.1:99999"}) {
        CAPTURE(named);
        CHECK(dockerconfig::is_safe_to_show(named));
    }
    const std::string longest = "quay.io/" + std::string(dockerconfig::max_registry_key_bytes - 8, 'a');
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
                                          "quay.io:123456",
                                          "quay.io:1234567"}) {
        CAPTURE(hidden);
        CHECK_FALSE(dockerconfig::is_safe_to_show(hidden));
    }
}
