// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/priority.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using runtime::priority;
using runtime::priority_picker;
using runtime::ready_heads;

TEST_CASE("the first priority that is not empty is served") {
    struct row {
        ready_heads heads;
        std::optional<priority> served;
    };
    const std::vector<row> rows{
        {{std::nullopt, std::nullopt, std::nullopt}, std::nullopt},
        {{9, 1, 2}, priority::urgent},
        {{std::nullopt, 9, 1}, priority::normal},
        {{std::nullopt, std::nullopt, 7}, priority::bulk},
    };
    for (const row& each : rows) {
        priority_picker picker;
        CHECK(picker.pick(each.heads) == each.served);
    }
}

TEST_CASE("every eighth choice is for the longest waiting of the priorities behind") {
    priority_picker picker;
    const ready_heads heads{100, 20, 10};
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 7; ++i)
            CHECK(picker.pick(heads) == priority::urgent);
        CHECK(picker.pick(heads) == priority::bulk);
    }
}

TEST_CASE("a choice counts only if a key of a lower priority has to wait") {
    priority_picker picker;
    for (int i = 0; i < 100; ++i)
        CHECK(picker.pick({1, std::nullopt, std::nullopt}) == priority::urgent);
    for (int i = 0; i < 7; ++i)
        CHECK(picker.pick({1, std::nullopt, 2}) == priority::urgent);
    CHECK(picker.pick({1, std::nullopt, 2}) == priority::bulk);
}

}  // namespace
