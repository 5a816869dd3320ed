// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

#include <doctest/doctest.h>

#include <regex>
#include <string>

TEST_CASE("the version names the release and the revision") {
    CHECK(std::regex_match(
        version(),
        std::regex(R"(\d+\.\d+\.\d+ \(revision ([0-9a-f]{12}(-modified)?|unknown, built outside git)\))")));
}

TEST_CASE("the User-Agent names the program, the release, the platform and the revision") {
    CHECK(std::regex_match(
        user_agent("some-program"),
        std::regex(R"(some-program/\d+\.\d+\.\d+ \(linux/\w+\) ([0-9a-f]{12}(-modified)?|unknown))")));
}

TEST_CASE("the parts of the version are the release and the revision") {
    CHECK(version().starts_with(release() + " (revision " + revision()));
    CHECK(user_agent("p").ends_with(" " + revision()));
}
