// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <string>

using namespace std::chrono_literals;
using reconcile::deletion_guard;
using losers = reconcile::deletion_guard::losers;

namespace {

const deletion_guard::time_point start{};

runtime::object_key nth(std::size_t n) {
    return {.namespace_name = "team-" + std::to_string(n), .name = "regcred"};
}

/// In approval mode, with so many held removals of "a" and none of others, all from the same moment.
struct held_from_a {
    held_from_a() {
        guard.require_approval();
        for (std::size_t n = 0; n < many; ++n)
            CHECK(guard.pause(nth(n), start, {"a"}) == deletion_guard::count_time);
        for (std::size_t n = 0; n < many; ++n)
            CHECK_FALSE(guard.may_delete(nth(n), 20, start + 2s, {"a"}));
    }
    bool may_delete(std::size_t n, deletion_guard::duration after, const losers& losing) {
        return guard.may_delete(nth(n), 20, start + after, losing);
    }
    static constexpr std::size_t many = 12;
    deletion_guard guard;
};

}  // namespace

TEST_CASE("in approval mode a hold does not hold up who loses nothing by it, after the minute it began in") {
    held_from_a f;
    CHECK_FALSE(f.may_delete(50, 50s, {"b"}));
    CHECK(f.guard.pause(nth(51), start + 2min, {"c"}) == deletion_guard::count_time);
    CHECK(f.may_delete(51, 2min, {"c"}));
    CHECK(f.guard.pause(nth(52), start + 2min, {"a"}) == 0s);
    CHECK_FALSE(f.may_delete(52, 2min, {"a"}));
    CHECK_FALSE(f.may_delete(53, 2min, {"a", "c"}));
    CHECK_FALSE(f.may_delete(54, 2min, {"b"}));
    CHECK(f.guard.held() == 16);
}

TEST_CASE("in approval mode removals of many are held if all together are too many within a minute") {
    deletion_guard guard;
    guard.require_approval();
    const auto loser = [](std::size_t n) { return losers{std::to_string(n)}; };
    for (std::size_t n = 0; n < 12; ++n)
        CHECK(guard.pause(nth(n), start, loser(n)) == deletion_guard::count_time);
    for (std::size_t n = 0; n < 12; ++n)
        CHECK_FALSE(guard.may_delete(nth(n), 20, start + 2s, loser(n)));
    // In the next minute ten more may go, and then no more; those that are held then count too.
    for (std::size_t n = 20; n < 30; ++n)
        CHECK(guard.may_delete(nth(n), 20, start + 62s, loser(n)));
    CHECK_FALSE(guard.may_delete(nth(30), 20, start + 100s, loser(30)));
    for (std::size_t n = 40; n < 50; ++n)
        CHECK_FALSE(guard.may_delete(nth(n), 20, start + 110s, loser(n)));
    CHECK_FALSE(guard.may_delete(nth(60), 20, start + 130s, loser(60)));
}

TEST_CASE("in approval mode what is approved or no longer due holds up nothing more") {
    held_from_a f;
    SUBCASE("approved") {
        CHECK(f.guard.release([](const auto&) { return true; }, start + 5s).size() == f.many);
    }
    SUBCASE("no longer due") {
        for (std::size_t n = 0; n < f.many; ++n)
            f.guard.forget(nth(n));
    }
    CHECK(f.guard.next_read() == deletion_guard::time_point::max());
    CHECK(f.may_delete(50, 6s, {"a"}));
    CHECK(f.may_delete(51, 6s, {"b"}));
}

TEST_CASE("in approval mode a held removal stays so when others lose by it") {
    held_from_a f;
    CHECK_FALSE(f.may_delete(0, 2min, {"b"}));
    CHECK_FALSE(f.may_delete(60, 2min, {"b"}));
    for (std::size_t n = 1; n < f.many; ++n)
        f.guard.forget(nth(n));
    CHECK(f.may_delete(61, 2min, {"a"}));  // none of "a" is held any more
}
