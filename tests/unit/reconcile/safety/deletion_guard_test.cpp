// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::deletion_guard;
using losers = reconcile::deletion_guard::losers;

namespace {

const deletion_guard::time_point start{};
constexpr auto never = deletion_guard::time_point::max();

runtime::object_key nth(std::size_t n) {
    return {.namespace_name = "team-" + std::to_string(n), .name = "regcred"};
}

/// A guard at its limit, for so many copies.
struct braked {
    explicit braked(std::size_t cells) : copies(cells), passed(deletion_guard::limit(cells)) {
        for (std::size_t n = 0; n < passed; ++n)
            CHECK(guard.may_delete(nth(n), copies, start));
    }
    bool may_delete(std::size_t n, deletion_guard::duration after = 0s) {
        return guard.may_delete(nth(n), copies, start + after);
    }
    std::size_t read(deletion_guard::duration after) {
        guard.begin_read();
        return guard.read(start + after).size();
    }
    std::size_t copies;
    std::size_t passed;
    deletion_guard guard;
};

}  // namespace

TEST_CASE("ten deletions a minute, or one copy in five, pass") {
    CHECK(deletion_guard::limit(0) == 10);
    CHECK(deletion_guard::limit(50) == 10);
    CHECK(deletion_guard::limit(55) == 11);
    CHECK(deletion_guard::limit(10'000) == 2000);
    braked b(20);
    CHECK(b.guard.next_read() == never);
    CHECK(b.guard.held() == 0);
}

TEST_CASE("more deletions within a minute are held, and a read is due soon") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10, 59s));
    CHECK(b.guard.held() == 1);
    CHECK(b.guard.next_read() == start + 59s + deletion_guard::first_read_after);
}

TEST_CASE("after a minute the count starts at zero") {
    braked b(20);
    CHECK(b.may_delete(10, 60s));
    CHECK(b.guard.next_read() == never);
}

TEST_CASE("while one deletion is held, later ones are held too, even after the minute") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    CHECK_FALSE(b.may_delete(11, 5min));
    CHECK(b.guard.held() == 2);
}

TEST_CASE("a retried deletion counts once and is not held later") {
    braked b(20);
    for (int i = 0; i < 100; ++i)
        CHECK(b.may_delete(0));
    CHECK_FALSE(b.may_delete(10));
    CHECK(b.may_delete(0));
}

TEST_CASE("a held deletion passes after two reads that agree") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    CHECK(b.read(1s) == 0);
    CHECK_FALSE(b.may_delete(10, 2s));
    CHECK(b.guard.next_read() == start + 1s + deletion_guard::between_reads);
    CHECK(b.read(31s) == 1);
    CHECK(b.guard.next_read() == never);
    CHECK(b.may_delete(10, 32s));
}

TEST_CASE("an object that is wanted again starts without agreeing reads when it is deleted later") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    CHECK_FALSE(b.may_delete(11));
    CHECK(b.read(1s) == 0);
    b.guard.forget(nth(10));
    CHECK(b.read(31s) == 1);
    CHECK_FALSE(b.may_delete(10, 32s));
    CHECK(b.guard.next_read() == start + 32s + deletion_guard::first_read_after);
}

TEST_CASE("when nothing is held, no read is due") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    b.guard.forget(nth(10));
    CHECK(b.guard.held() == 0);
    CHECK(b.guard.next_read() == never);
}

TEST_CASE("a read that began before a deletion was held does not count for it") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    b.guard.begin_read();
    CHECK_FALSE(b.may_delete(11));
    CHECK(b.guard.read(start + 1s).empty());
    CHECK(b.read(31s) == 1);
    CHECK(b.may_delete(10, 32s));
    CHECK_FALSE(b.may_delete(11, 32s));
    CHECK(b.read(61s) == 1);
    CHECK(b.may_delete(11, 62s));
}

TEST_CASE("a failed read does not count and is repeated") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    b.guard.begin_read();
    CHECK_FALSE(b.may_delete(11));
    b.guard.read_failed(start + 1s);
    CHECK(b.guard.next_read() == start + 1s + deletion_guard::between_reads);
    CHECK(b.read(31s) == 0);
    CHECK(b.read(61s) == 2);
}

TEST_CASE("a deletion waits two seconds for others that become due together, once") {
    deletion_guard guard;
    CHECK(guard.pause(nth(0), start) == deletion_guard::count_time);
    CHECK(guard.pause(nth(0), start + 500ms) == deletion_guard::count_time - 500ms);
    CHECK(guard.pause(nth(1), start + 1s) == deletion_guard::count_time);
    CHECK(guard.pause(nth(0), start + 2s) == 0s);
    CHECK(guard.may_delete(nth(0), 20, start + 2s));
    CHECK(guard.pause(nth(0), start + 3s) == 0s);
}

TEST_CASE("of more deletions than the limit that become due together none passes") {
    deletion_guard guard;
    const auto all_wait = [&](std::size_t count) {
        for (std::size_t n = 0; n < count; ++n)
            CHECK(guard.pause(nth(n), start) > 0s);
    };
    const auto passing = [&](std::size_t count) {
        std::size_t passed = 0;
        for (std::size_t n = 0; n < count; ++n) {
            CHECK(guard.pause(nth(n), start + 2s) == 0s);
            if (guard.may_delete(nth(n), 50, start + 2s)) ++passed;
        }
        return passed;
    };
    SUBCASE("as many as the limit pass") {
        all_wait(10);
        CHECK(passing(10) == 10);
        CHECK(guard.held() == 0);
    }
    SUBCASE("one more holds all") {
        all_wait(11);
        CHECK(passing(11) == 0);
        CHECK(guard.held() == 11);
    }
    SUBCASE("an object that is wanted again does not count") {
        all_wait(11);
        guard.forget(nth(10));
        CHECK(passing(10) == 10);
    }
    SUBCASE("what passed within the minute counts") {
        for (std::size_t n = 100; n < 105; ++n)
            CHECK(guard.may_delete(nth(n), 50, start - 30s));
        all_wait(6);
        CHECK(passing(6) == 0);
    }
}

TEST_CASE("while a deletion is held, later ones do not wait: they are held") {
    braked b(20);
    CHECK_FALSE(b.may_delete(10));
    CHECK(b.guard.pause(nth(11), start + 1s) == 0s);
    CHECK_FALSE(b.may_delete(11, 1s));
}

TEST_CASE("in approval mode a held deletion passes when it is approved, not when two reads agree") {
    braked b(20);
    b.guard.require_approval();
    CHECK_FALSE(b.may_delete(10));
    CHECK_FALSE(b.may_delete(11));
    CHECK(b.guard.next_read() == start + deletion_guard::first_read_after);
    const auto none = [](const auto&) { return false; };
    CHECK(b.guard.release(none, start + 2s).empty());
    CHECK(b.guard.release(none, start + 1h).empty());
    CHECK(b.guard.next_read() == start + 1h + deletion_guard::between_looks);
    CHECK(b.guard.release([](const auto& key) { return key == nth(10); }, start + 2h) ==
          std::vector{nth(10)});
    CHECK(b.may_delete(10, 2h));
    CHECK_FALSE(b.may_delete(11, 2h));
    CHECK(b.guard.release([](const auto&) { return true; }, start + 3h) == std::vector{nth(11)});
    CHECK(b.guard.next_read() == never);
}

TEST_CASE("a release of an object is good for those that lost by it then, and for no later loser") {
    const auto may_delete = [](braked& b, std::size_t n, const losers& lose, deletion_guard::duration after) {
        return b.guard.may_delete(nth(n), b.copies, start + after, lose);
    };
    const auto release_all = [](braked& b, deletion_guard::duration after) {
        static_cast<void>(b.guard.release([](const auto&) { return true; }, start + after));
    };
    braked b(20);
    CHECK_FALSE(may_delete(b, 10, {"a", "b"}, 0s));

    SUBCASE("a loser that comes after the release is held, and the next release is for all") {
        release_all(b, 2s);
        CHECK(may_delete(b, 10, {"a", "b"}, 3s));
        CHECK_FALSE(may_delete(b, 10, {"a", "b", "c"}, 4s));
        CHECK(b.guard.held() == 1);
        CHECK_FALSE(may_delete(b, 10, {"a", "b"}, 5s));
        release_all(b, 6s);
        CHECK(may_delete(b, 10, {"a", "b"}, 7s));
    }
    SUBCASE("a loser that is gone is held when it comes back") {
        release_all(b, 2s);
        CHECK(may_delete(b, 10, {"b"}, 3s));
        CHECK_FALSE(may_delete(b, 10, {"a", "b"}, 4s));
    }
    SUBCASE("a loser that passed below the limit lets no other one pass above it") {
        CHECK(may_delete(b, 0, {}, 1s));
        CHECK_FALSE(may_delete(b, 0, {"c"}, 2s));
        CHECK(b.guard.held() == 2);
    }
    SUBCASE("a loser that comes while the reads are made starts without agreeing reads") {
        CHECK(b.read(1s) == 0);
        CHECK_FALSE(may_delete(b, 10, {"a"}, 2s));
        CHECK_FALSE(may_delete(b, 10, {"a", "b"}, 3s));
        CHECK(b.read(31s) == 0);
        CHECK(b.read(61s) == 1);
    }
    SUBCASE("a loser that comes during a read starts after it") {
        b.guard.begin_read();
        CHECK_FALSE(may_delete(b, 10, {"a", "b", "c"}, 1s));
        CHECK(b.guard.read(start + 2s).empty());
        CHECK(b.read(32s) == 0);
        CHECK(b.read(62s) == 1);
    }
}

TEST_CASE("losers of objects that were released wait until they are counted together") {
    deletion_guard guard;
    CHECK(guard.may_delete(nth(0), 20, start, {"a"}));
    CHECK(guard.pause(nth(0), start + 1s, {"a"}) == 0s);
    CHECK(guard.pause(nth(0), start + 1s, {"a", "b"}) == deletion_guard::count_time);
}

TEST_CASE("the guard says when held deletions proceed") {
    deletion_guard guard;
    CHECK(guard.release_rule() == "when two lists of all namespaces, 30 s apart, agree");
    CHECK_FALSE(guard.needs_approval());
    guard.require_approval();
    CHECK(guard.release_rule().find("annotation regcred.dev/approve-deletions") != std::string::npos);
}
