// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cell_table.hpp"

#include <doctest/doctest.h>

using reconcile::cell;
using reconcile::cell_failure;
using reconcile::cell_record;
using reconcile::cell_table;

namespace {

const cell where{.namespace_name = "team-a", .secret_name = "regcred"};

cell_failure failure(const char* reason, const char* since) {
    return {.reason = reason, .message = "why", .since = since, .concerned = {"hub"}};
}

}  // namespace

TEST_CASE("a failure is as old as its reason") {
    cell_table cells;
    cells.failed(where, failure("Denied", "10:00"), 0);
    cells.failed(where, failure("Denied", "11:00"), 0);
    CHECK(cells.find(where)->failure->since == "10:00");
    cells.failed(where, failure("Forbidden", "12:00"), 0);
    CHECK(cells.find(where)->failure->since == "12:00");
    cells.synced(where, 1, 2);
    CHECK(cells.find(where)->failure == nullptr);
    cells.failed(where, failure("Forbidden", "13:00"), 0);
    CHECK(cells.find(where)->failure->since == "13:00");
}

TEST_CASE("what was desired when a Secret was right outlives a failure and the end of the wish") {
    cell_table cells;
    cells.synced(where, 1, 2);
    cells.failed(where, failure("Denied", "10:00"), 0);
    CHECK(cells.find(where)->wish == 1);
    CHECK(cells.find(where)->specs == 2);
    cells.unwanted(where);
    CHECK(cells.find(where)->failure == nullptr);
    CHECK(cells.find(where)->now == cell_record::state::pending);
    CHECK(cells.find(where)->specs == 2);
    cells.forget(where);
    CHECK(cells.find(where) == nullptr);
}

TEST_CASE("a Secret that is wanted and not right is known to be wanted by the present specs") {
    cell_table cells;
    cells.synced(where, 1, 2);
    cells.failed(where, failure("SourceInvalid", "10:00"), 3);
    CHECK(cells.find(where)->specs == 3);
    cells.failed(where, failure("DeletionGuard", "11:00"), 0);
    CHECK(cells.find(where)->specs == 3);
}

TEST_CASE("doubt makes a right Secret pending, and leaves a failure and the unknown alone") {
    cell_table cells;
    cells.doubt(where);
    CHECK(cells.find(where) == nullptr);
    cells.synced(where, 1, 2);
    cells.doubt(where);
    CHECK(cells.find(where)->now == cell_record::state::pending);
    CHECK(cells.find(where)->wish == 1);
    cells.failed(where, failure("Denied", "10:00"), 0);
    cells.doubt(where);
    CHECK(cells.find(where)->now == cell_record::state::failed);
}

TEST_CASE("cells that fail are told with why") {
    cell_table cells;
    cells.synced({.namespace_name = "good", .secret_name = "regcred"}, 1, 2);
    cells.failed(where, failure("Denied", "10:00"), 0);
    int count = 0;
    cells.for_each_failed([&](const cell& at, const cell_failure& why) {
        CHECK(at == where);
        CHECK(why.reason == "Denied");
        ++count;
    });
    CHECK(count == 1);
}
