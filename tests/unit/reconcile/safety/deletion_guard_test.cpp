// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_guard.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;
using reconcile::deletion_guard;

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
