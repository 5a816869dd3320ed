// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/resource_version.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using runtime::compare_resource_versions;

TEST_CASE("resourceVersions compare as numbers of any length") {
    struct row {
        std::string_view a;
        std::string_view b;
        std::partial_ordering expected;
    };
    const std::vector<row> rows{
        {"9", "10", std::partial_ordering::less},
        {"10", "9", std::partial_ordering::greater},
        {"10", "10", std::partial_ordering::equivalent},
        {"199", "200", std::partial_ordering::less},
        {"99999999999999999999999999998", "99999999999999999999999999999", std::partial_ordering::less},
        {"18446744073709551616", "2", std::partial_ordering::greater},
        {"", "10", std::partial_ordering::unordered},
        {"10", "", std::partial_ordering::unordered},
        {"0", "10", std::partial_ordering::unordered},
        {"010", "10", std::partial_ordering::unordered},
        {"abc", "abd", std::partial_ordering::unordered},
        {"1a", "2", std::partial_ordering::unordered},
        {"-1", "2", std::partial_ordering::unordered},
        {" 1", "2", std::partial_ordering::unordered},
    };
    for (const row& each : rows) {
        CAPTURE(each.a);
        CAPTURE(each.b);
        CHECK(compare_resource_versions(each.a, each.b) == each.expected);
    }
}

TEST_CASE("only what is known to be older is older") {
    CHECK(runtime::is_older("9", "10"));
    CHECK_FALSE(runtime::is_older("10", "10"));
    CHECK_FALSE(runtime::is_older("x", "10"));
    CHECK_FALSE(runtime::is_older("9", ""));
}

}  // namespace
