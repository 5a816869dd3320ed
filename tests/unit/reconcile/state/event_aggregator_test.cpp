// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/event_aggregator.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::event_aggregator;
using reconcile::write_kind;

namespace {

runtime::object_key in(const std::string& namespace_name, const std::string& secret_name = "regcred") {
    return {.namespace_name = namespace_name, .name = secret_name};
}

}  // namespace

TEST_CASE("a thousand updates are one Event that names three namespaces") {
    event_aggregator events;
    for (int n = 0; n < 1000; ++n)
        events.record("hub", write_kind::updated, in("team-" + std::to_string(n)));
    events.record("hub", write_kind::created, in("team-new"));
    events.record("other", write_kind::removed, in("team-x"));

    const auto lines = events.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].reason == "Created");
    CHECK(lines[0].note == "Created Secret regcred in 1 namespace: team-new");
    CHECK(lines[1].reason == "Updated");
    CHECK(lines[1].note == "Updated Secret regcred in 1000 namespaces: team-0, team-1, team-2 and 997 more");
    CHECK_FALSE(lines[1].warning);
}

TEST_CASE("repeated writes to one copy count as one namespace") {
    event_aggregator events;
    for (int n = 0; n < 5; ++n)
        events.record("hub", write_kind::updated, in("team-a"));
    const auto lines = events.collect("hub");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].note == "Updated Secret regcred in 1 namespace: team-a");
}

TEST_CASE("writes to Secrets of two names are two Events") {
    event_aggregator events;
    events.record("hub", write_kind::created, in("team-a", "pull"));
    events.record("hub", write_kind::removed, in("team-a", "regcred"));
    const auto lines = events.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].note == "Created Secret pull in 1 namespace: team-a");
    CHECK(lines[1].note == "Deleted Secret regcred in 1 namespace: team-a");
}

TEST_CASE("writes to ServiceAccounts are counted by namespace") {
    event_aggregator events;
    events.record("hub", write_kind::listed, in("team-a"));
    events.record("hub", write_kind::listed, in("team-b"));
    events.record("hub", write_kind::unlisted, in("team-c"));
    const auto lines = events.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].action == "PatchServiceAccount");
    CHECK(lines[0].note ==
          "Added Secret regcred to imagePullSecrets of ServiceAccounts in 2 namespaces: team-a, team-b");
    CHECK(lines[1].reason == "ServiceAccountsPatched");
    CHECK(lines[1].note ==
          "Removed Secret regcred from imagePullSecrets of ServiceAccounts in 1 namespace: team-c");
}

TEST_CASE("collected and forgotten writes are not collected again") {
    event_aggregator events;
    events.record("hub", write_kind::adopted, in("team-a"));
    CHECK(events.collect("hub").size() == 1);
    CHECK(events.collect("hub").empty());
    events.record("hub", write_kind::removed, in("team-a"));
    events.forget("hub");
    CHECK(events.collect("hub").empty());
}
