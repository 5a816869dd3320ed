// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/lane.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using runtime::lane;
using runtime::lane_heads;
using runtime::lane_picker;

TEST_CASE("the first lane that is not empty is served") {
    struct row {
        lane_heads heads;
        std::optional<lane> served;
    };
    const std::vector<row> rows{
        {{std::nullopt, std::nullopt, std::nullopt}, std::nullopt},
        {{9, 1, 2}, lane::urgent},
        {{std::nullopt, 9, 1}, lane::normal},
        {{std::nullopt, std::nullopt, 7}, lane::bulk},
    };
    for (const row& each : rows) {
        lane_picker picker;
        CHECK(picker.pick(each.heads) == each.served);
    }
}

TEST_CASE("every eighth choice is for the longest waiting of the lanes behind") {
    lane_picker picker;
    const lane_heads heads{100, 20, 10};
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 7; ++i)
            CHECK(picker.pick(heads) == lane::urgent);
        CHECK(picker.pick(heads) == lane::bulk);
    }
}

TEST_CASE("choices that pass nobody over are not counted") {
    lane_picker picker;
    for (int i = 0; i < 100; ++i)
        CHECK(picker.pick({1, std::nullopt, std::nullopt}) == lane::urgent);
    for (int i = 0; i < 7; ++i)
        CHECK(picker.pick({1, std::nullopt, 2}) == lane::urgent);
    CHECK(picker.pick({1, std::nullopt, 2}) == lane::bulk);
}

}  // namespace
