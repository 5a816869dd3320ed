// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/key_rules.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using dockerconfig::find_key_fault;
using dockerconfig::key_fault;

namespace {

struct faulty {
    std::string_view written;
    key_fault fault;
};

}  // namespace

TEST_CASE("a key as people should write it has no fault") {
    for (const std::string_view written : {"quay.io",
                                           "https://quay.io/v2/",
                                           "https://index.docker.io/v1/",
                                           "docker.io/org",
                                           "registry-1.docker.io",
                                           "registry.docker.io",
                                           "hub.docker.company.org",
                                           "registry:65535",
                                           "registry:1/team",
                                           "*.example.com",
                                           "my_registry.internal",
                                           "[fd00::1]:5000",
                                           "[::1]:1"}) {
        CAPTURE(written);
        const auto fault = find_key_fault(written);
        CHECK_MESSAGE(!fault, fault.value_or(dockerconfig::key_error{}).message);
    }
}

TEST_CASE("a key that the kubelet would skip, misread or match with other images has a fault") {
    const std::vector<faulty> table{
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
        {"[:", key_fault::host},
        {"]", key_fault::host},
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
        {"fd00::1", key_fault::host},
        {"fd00::1:5000", key_fault::host},
        {"https://fd00::1/v2/", key_fault::host},
        {"[fd00::1]5000", key_fault::port},
        {"a:b", key_fault::port},
        {":443", key_fault::host},
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
        {"reg.example.com/v2/app", key_fault::version},
        {"https://reg.example.com/v1/team/app", key_fault::version},
        {"hub.docker.com", key_fault::never_matches},
        {"hub.docker.com:443", key_fault::never_matches},
        {"https://hub.docker.com/v2/", key_fault::never_matches},
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
        const auto found = find_key_fault(written);
        REQUIRE(found.has_value());
        CHECK(found->fault == fault);
        CHECK_FALSE(found->message.empty());
    }
}

TEST_CASE("a key of more than 512 characters has a fault") {
    const std::string path(dockerconfig::max_registry_key_bytes - std::string_view{"quay.io/"}.size(), 'a');
    CHECK_FALSE(find_key_fault("quay.io/" + path));
    CHECK(find_key_fault("quay.io/a" + path)->fault == key_fault::too_long);
}

TEST_CASE("the message of a key_error says what to write instead") {
    const auto message = [](std::string_view written) { return find_key_fault(written).value().message; };
    CHECK(message("https://index.docker.io/v1").find("https://index.docker.io/v1/") != std::string::npos);
    CHECK(message("hub.docker.com").find("https://index.docker.io/v1/") != std::string::npos);
    CHECK(message("reg.example.com/v2/app").find("write it without /v1 or /v2") != std::string::npos);
    CHECK(message("index.docker.io/org").find("docker.io/<organisation>") != std::string::npos);
    CHECK(message("myorg").find("docker.io/<organisation>") != std::string::npos);
    CHECK(message("[fd00::1]").find("[address]:port") != std::string::npos);
    for (const auto* bare : {"fd00::1", "fd00::1:5000", "fd00::1/team"})
        CHECK(message(bare).find("brackets and a port: write [address]:port") != std::string::npos);
    CHECK(message("reg.example.com:80:90").find("the port is not valid") != std::string::npos);
    CHECK(message("Reg.io").find("lower case") != std::string::npos);
}
