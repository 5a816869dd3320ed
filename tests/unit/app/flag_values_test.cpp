// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/flag_values.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <string>

using namespace std::chrono_literals;

TEST_CASE("names follow the rules of Kubernetes") {
    CHECK(check_secret_name("team.regcred").empty());
    CHECK(check_secret_name("Team") ==
          "'Team' is not a valid Secret name: use lower-case letters, digits, '-' and '.'");
    CHECK(check_lease_name("regcred-controller").empty());
    CHECK(check_lease_name("a_b") ==
          "'a_b' is not a valid Lease name: use lower-case letters, digits, '-' and '.'");
    CHECK(check_namespace("team-a").empty());
    CHECK(check_namespace("team.a") ==
          "'team.a' is not a valid namespace: use lower-case letters, digits and '-'");
    CHECK(check_account_name("builder").empty());
    CHECK(check_account_name("*").empty());
    CHECK(check_account_name("build-*") == "'build-*' is neither a valid ServiceAccount name nor '*'");
}

TEST_CASE("an address has a port, and may have a host") {
    std::string host = "before";
    std::uint16_t port = 1;
    CHECK(read_address("127.0.0.1:8080", host, port).empty());
    CHECK(host == "127.0.0.1");
    CHECK(port == 8080);
    CHECK(read_address("[fd00::1]:0", host, port).empty());
    CHECK(host == "fd00::1");
    CHECK(port == 0);
    CHECK(read_address(":9090", host, port).empty());
    CHECK(host == "::");
    CHECK(read_address("8080", host, port) == "write an address and a port, such as 127.0.0.1:8080 or :8080");
    CHECK(read_address("other:65536", host, port) == "the port must be a number from 0 to 65535");
    CHECK(host == "::");
    CHECK(port == 9090);
}

TEST_CASE("seconds may have their unit") {
    std::chrono::seconds seconds{1};
    CHECK(read_seconds("15s", seconds).empty());
    CHECK(seconds == 15s);
    CHECK(read_seconds("90", seconds).empty());
    CHECK(seconds == 90s);
    for (const char* text : {"", "s", "2m", "-2s", "1.5s", "65536"}) {
        CAPTURE(text);
        CHECK(read_seconds(text, seconds) == "write a number of seconds, such as 15s");
    }
    CHECK(seconds == 90s);
}
