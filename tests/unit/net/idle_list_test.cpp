// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/idle_list.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using list = net::idle_list<std::string>;

TEST_CASE("the connection used last is used next") {
    const list::time_point start{};
    list idle(60s);
    idle.put("first", start);
    idle.put("second", start + 1s);
    CHECK(idle.take() == "second");
    CHECK(idle.take() == "first");
    CHECK(idle.take() == std::nullopt);
}

TEST_CASE("a connection is dropped when it has been idle for the whole time") {
    const list::time_point start{};
    list idle(60s);
    CHECK(idle.next_expiry() == std::nullopt);
    idle.put("first", start);
    idle.put("second", start + 10s);
    CHECK(idle.next_expiry() == start + 60s);
    idle.expire(start + 60s - 1ns);
    CHECK(idle.size() == 2);
    idle.expire(start + 60s);
    CHECK(idle.size() == 1);
    CHECK(idle.next_expiry() == start + 70s);
    CHECK(idle.take() == "second");
    CHECK(idle.next_expiry() == std::nullopt);
}

TEST_CASE("with little to do the connections that are not needed grow old") {
    list::time_point now{};
    list idle(60s);
    idle.put("needed", now);
    idle.put("spare", now);
    CHECK(idle.take() == "spare");
    idle.put("spare", now);
    for (int i = 0; i < 10; ++i) {
        now += 10s;
        const auto used = idle.take();
        REQUIRE(used.has_value());
        CHECK(*used == "spare");
        idle.put(*used, now);
        idle.expire(now);
    }
    CHECK(idle.size() == 1);
}

TEST_CASE("clearing drops all") {
    list idle(60s);
    idle.put("one", {});
    idle.clear();
    CHECK(idle.size() == 0);
    CHECK(idle.take() == std::nullopt);
}
