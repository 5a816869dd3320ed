// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/names/registry_match.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <vector>

using kubelet::key_matches;
using kubelet::stored_key;

TEST_CASE("stored_key drops scheme, login and version, and skips what Go refuses") {
    CHECK(stored_key("https://user:x@quay.io/v2/team?q#f") == "quay.io/team");
    CHECK(stored_key("http://quay.io/") == "quay.io");
    CHECK(stored_key("quay.io/v1") == "quay.io/v1");
    CHECK_FALSE(stored_key("quay.io:port"));
    CHECK(stored_key("https://https://quay.io") == "https://quay.io");
}

TEST_CASE("key_matches compares port, labels and the beginning of the path") {
    struct comparison {
        std::string_view key;
        std::string_view repository;
        bool matches;
    };
    const std::vector<comparison> table{
        {"quay.io", "quay.io/team/app", true},
        {"quay.io/te", "quay.io/team/app", true},
        {"quay.io/team", "quay.io/other/team/app", false},
        {"*.quay.io", "a.quay.io/app", true},
        {"*.quay.io", "a.b.quay.io/app", false},
        {"quay.io", "quay.io:443/app", false},
        {"quay.io:443", "quay.io:443/app", true},
        {"[::1]:5000", "[::1]:5000/app", true},
        {"[::1]", "[::1]/app", false},
    };
    for (const auto& [key, repository, matches] : table) {
        CAPTURE(key);
        CAPTURE(repository);
        CHECK(key_matches(key, repository) == matches);
    }
}

TEST_CASE("example_repository gives a repository that the key matches, or nothing if there is none") {
    struct example {
        std::string_view key;
        std::string_view repository;  // empty: none
    };
    const std::vector<example> table{
        {"quay.io", "quay.io/x"},
        {"quay.io/team", "quay.io/team"},
        {"quay.io/team/", "quay.io/team/x"},
        {"quay.io/team-", "quay.io/team-x"},
        {"docker.io/team", "docker.io/team/x"},
        {"docker.io/library", "docker.io/library/library"},
        {"index.docker.io", "docker.io/library/x"},
        {"*.example.com", "x.example.com/x"},
        {"REG", "REG/x"},
        {"*:5000", "x:5000/x"},
        {"local*st", "localXst/x"},
        {"quay.io:", "quay.io/x"},
        {"[::1]:5000", "[::1]:5000/x"},
        {"my_reg.io", "my_reg.io/x"},
        {"index.docker.io/team", ""},
        {"reg", ""},
        {"quay.io/team:1", ""},
        {"quay.io/te m", ""},
        {"[::1]", ""},
        {"", ""},
        {"%zz", ""},
    };
    for (const auto& [key, repository] : table) {
        CAPTURE(key);
        CHECK(kubelet::example_repository(key).value_or("") == repository);
    }
}
