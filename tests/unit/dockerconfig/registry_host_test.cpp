// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/registry_host.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using dockerconfig::parse_registry_host;

TEST_CASE("parse_registry_host splits a host into name and port") {
    struct example {
        std::string_view host;
        std::string_view name;
        std::string_view port;
        bool is_ipv6;
    };
    const std::vector<example> table{
        {"quay.io", "quay.io", "", false},
        {"quay.io:443", "quay.io", "443", false},
        {"registry:65535", "registry", "65535", false},
        {"registry:1", "registry", "1", false},
        {"*.example.com", "*.example.com", "", false},
        {"[fd00::1]:5000", "[fd00::1]", "5000", true},
        {"[::1]", "[::1]", "", true},
    };
    for (const auto& [host, name, port, is_ipv6] : table) {
        CAPTURE(host);
        const auto parsed = parse_registry_host(host);
        REQUIRE(parsed.has_value());
        CHECK(parsed->name == name);
        CHECK(parsed->port == port);
        CHECK(parsed->is_ipv6 == is_ipv6);
    }
}

// registry_key_test.cpp tests which fault it is.
TEST_CASE("parse_registry_host refuses what is not a host") {
    for (const std::string_view host :
         {"", ":", ":443", "[", "[]", "]", "[:", "a..b", "a b", "a/b", "A", "a:b", "[::1]x"}) {
        CAPTURE(host);
        CHECK(parse_registry_host(host).has_error());
    }
}
