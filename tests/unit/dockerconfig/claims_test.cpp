// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/merge.hpp"
#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <vector>

using dockerconfig::registry_key;

TEST_CASE("a registry belongs to its first claimant") {
    dockerconfig::claims claims;
    CHECK_FALSE(claims.add(*registry_key::parse("quay.io"), 4).has_value());
    CHECK(claims.add(*registry_key::parse("https://quay.io/v2/"), 5) == 4);
    CHECK(claims.add(*registry_key::parse("quay.io"), 6) == 4);
    CHECK_FALSE(claims.add(*registry_key::parse("quay.io/org"), 6).has_value());
}

TEST_CASE("entries are sorted by their keys' bytes") {
    std::vector<dockerconfig::registry_entry> entries;
    for (const auto* const key : {"quay.io/org", "https://ghcr.io", "quay.io", "*.example.com", "a.io"}) {
        entries.push_back(build::entry(key));
    }
    dockerconfig::sort_by_key(entries);
    std::vector<std::string> keys;
    for (const auto& entry : entries)
        keys.push_back(entry.key.written());
    CHECK(keys ==
          std::vector<std::string>{"*.example.com", "a.io", "https://ghcr.io", "quay.io", "quay.io/org"});
}
