// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/result_table.hpp"

#include <doctest/doctest.h>

using reconcile::failure;
using reconcile::result_record;
using reconcile::result_table;
using specs = reconcile::selection_list;

namespace {

const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};

failure failed_with(const char* reason, const char* since) {
    return {.reason = reason, .message = "why", .since = since, .credentials = {"hub"}};
}

}  // namespace

TEST_CASE("a failure keeps its time while its reason is the same") {
    result_table results;
    results.failed(key, failed_with("Denied", "10:00"), {});
    results.failed(key, failed_with("Denied", "11:00"), {});
    CHECK(results.find(key)->last_failure->since == "10:00");
    results.failed(key, failed_with("Forbidden", "12:00"), {});
    CHECK(results.find(key)->last_failure->since == "12:00");
    results.synced(key, 1, {{.object = 2, .rules = 0}});
    CHECK(results.find(key)->last_failure == nullptr);
    results.failed(key, failed_with("Forbidden", "13:00"), {});
    CHECK(results.find(key)->last_failure->since == "13:00");
}

TEST_CASE("desired and specs of the last sync outlive a failure and unwanted") {
    result_table results;
    results.synced(key, 1, {{.object = 2, .rules = 0}});
    results.failed(key, failed_with("Denied", "10:00"), {});
    CHECK(results.find(key)->desired == 1);
    CHECK(*results.find(key)->selections == specs{{.object = 2, .rules = 0}});
    results.unwanted(key);
    CHECK(results.find(key)->last_failure == nullptr);
    CHECK(results.find(key)->now == result_record::state::pending);
    CHECK(*results.find(key)->selections == specs{{.object = 2, .rules = 0}});
    results.forget(key);
    CHECK(results.find(key) == nullptr);
}

TEST_CASE("a failure without specs keeps the specs of the last result") {
    result_table results;
    results.synced(key, 1, {{.object = 2, .rules = 0}});
    results.failed(key, failed_with("SourceInvalid", "10:00"), {{.object = 3, .rules = 0}});
    CHECK(*results.find(key)->selections == specs{{.object = 3, .rules = 0}});
    results.failed(key, failed_with("DeletionGuard", "11:00"), {});
    CHECK(*results.find(key)->selections == specs{{.object = 3, .rules = 0}});
}

TEST_CASE("mark_stale makes a synced Secret pending, and leaves a failed and an unknown one alone") {
    result_table results;
    results.mark_stale(key);
    CHECK(results.find(key) == nullptr);
    results.synced(key, 1, {{.object = 2, .rules = 0}});
    results.mark_stale(key);
    CHECK(results.find(key)->now == result_record::state::pending);
    CHECK(results.find(key)->desired == 1);
    results.failed(key, failed_with("Denied", "10:00"), {});
    results.mark_stale(key);
    CHECK(results.find(key)->now == result_record::state::failed);
}

TEST_CASE("for_each_failed visits each failed Secret with its failure") {
    result_table results;
    results.synced({.namespace_name = "good", .name = "regcred"}, 1, {{.object = 2, .rules = 0}});
    results.failed(key, failed_with("Denied", "10:00"), {});
    int count = 0;
    results.for_each_failed([&](const runtime::object_key& at, const failure& why) {
        CHECK(at == key);
        CHECK(why.reason == "Denied");
        ++count;
    });
    CHECK(count == 1);
}

TEST_CASE("each RegistryCredential reports the failure that concerns it, and no other") {
    result_table results;
    auto general = failed_with("Denied", "10:00");
    auto own = failed_with("Suspended", "10:00");
    own.credentials = {"paused"};
    results.failed(key, general, {}, {own});
    CHECK(results.find(key)->failure_of("hub")->reason == "Denied");
    CHECK(results.find(key)->failure_of("paused")->reason == "Suspended");
    CHECK(results.find(key)->failure_of("other") == nullptr);
    own.since = "11:00";
    results.failed(key, general, {}, {own});
    CHECK(results.find(key)->failure_of("paused")->since == "10:00");
    results.failed(key, general, {});
    CHECK(results.find(key)->failure_of("paused") == nullptr);
}
