// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/retry_after.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using kube::parse_retry_after;

TEST_CASE("Retry-After is a number of seconds, or a date compared with Date") {
    const std::string now = "Sun, 06 Nov 1994 08:49:37 GMT";
    struct row {
        std::string value;
        std::string date;
        std::optional<std::chrono::milliseconds> wait;
    };
    const std::vector<row> rows = {
        {"0", "", 0ms},
        {"1", "", 1s},
        {"007", "", 7s},
        {"60", "", 60s},
        {"61", "", 60s},
        {"3600", "", 60s},
        {"4294967295", "", 60s},
        {"4294967296", "", std::nullopt},
        {"99999999999999999999999", "", std::nullopt},
        {"-1", "", std::nullopt},
        {"+1", "", std::nullopt},
        {" 1", "", std::nullopt},
        {"1.5", "", std::nullopt},
        {"1s", "", std::nullopt},
        {"NaN", "", std::nullopt},
        {"", "", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:40 GMT", now, 3s},
        {"Sun, 06 Nov 1994 08:49:37 GMT", now, 0ms},
        {"Sun, 06 Nov 1994 08:49:36 GMT", now, std::nullopt},
        {"Mon, 07 Nov 1994 00:00:00 GMT", now, 60s},
        {"Sun, 01 Jan 1995 00:00:01 GMT", "Sat, 31 Dec 1994 23:59:59 GMT", 2s},
        {"Thu, 01 Mar 2012 00:00:00 GMT", "Wed, 29 Feb 2012 23:59:59 GMT", 1s},
        {"Sun, 06 Nov 1994 08:49:40 GMT", "", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:40 GMT", "yesterday", std::nullopt},
        {"Sun, 06 Nov 1994 08:49:40 CET", now, std::nullopt},
        {"Sun, 06 Now 1994 08:49:40 GMT", now, std::nullopt},
        {"Sun, 31 Feb 1994 08:49:40 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
        {"Sun, 06 Nov 1994 24:00:00 GMT", now, std::nullopt},
        {"Sun, 06 Nov 1994 08:60:00 GMT", now, std::nullopt},
        {"Sun, 06 Nov 1994 08:49:61 GMT", now, std::nullopt},
        {"Sat, 31 Dec 2016 23:59:60 GMT", "Sat, 31 Dec 2016 23:59:59 GMT", 1s},
        {"Sun, 06-Nov 1994 08:49:40 GMT", now, std::nullopt},
        {"Sun, 06 Nov-1994 08:49:40 GMT", now, std::nullopt},
        {"Sun; 06 Nov 1994 08:49:40 GMT", now, std::nullopt},
        {"Sunday, 06-Nov-94 08:49:40 GMT", now, std::nullopt},
        {"Sun, 06 Nov 1994 08-49-40 GMT", now, std::nullopt},
        {"Sun, 06 Nov 1994 08:49:40 GMT ", now, std::nullopt},
    };
    for (const auto& [value, date, wait] : rows) {
        CAPTURE(value);
        CAPTURE(date);
        CHECK(parse_retry_after(value, date) == wait);
    }
}
