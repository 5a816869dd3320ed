// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/announcer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::announcer;
using reconcile::deed;
using reconcile::tell_changes;

namespace {

reconcile::cell in(const std::string& namespace_name, const std::string& secret_name = "regcred") {
    return {.namespace_name = namespace_name, .secret_name = secret_name};
}

kube::condition condition(const char* type, const char* status, const char* reason) {
    return {.type = type,
            .status = status,
            .reason = reason,
            .message = std::string("about ") + reason,
            .observed_generation = 1,
            .last_transition_time = "2026-05-01T10:00:00Z"};
}

}  // namespace

TEST_CASE("a thousand updates are one line that names a few") {
    announcer news;
    for (int n = 0; n < 1000; ++n)
        news.did("hub", deed::updated, in("team-" + std::to_string(n)));
    news.did("hub", deed::created, in("team-new"));
    news.did("other", deed::removed, in("team-x"));

    const auto lines = news.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].reason == "Created");
    CHECK(lines[0].note == "Created Secret regcred in 1 namespace: team-new");
    CHECK(lines[1].reason == "Updated");
    CHECK(lines[1].note == "Updated Secret regcred in 1000 namespaces: team-0, team-1, team-2 and 997 more");
    CHECK_FALSE(lines[1].warning);
}

TEST_CASE("one copy that is repaired again and again is one namespace") {
    announcer news;
    for (int n = 0; n < 5; ++n)
        news.did("hub", deed::updated, in("team-a"));
    const auto lines = news.collect("hub");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].note == "Updated Secret regcred in 1 namespace: team-a");
}

TEST_CASE("after a rename each Secret is called by its own name") {
    announcer news;
    news.did("hub", deed::created, in("team-a", "pull"));
    news.did("hub", deed::removed, in("team-a", "regcred"));
    const auto lines = news.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].note == "Created Secret pull in 1 namespace: team-a");
    CHECK(lines[1].note == "Deleted Secret regcred in 1 namespace: team-a");
}

TEST_CASE("what is done to ServiceAccounts is told by namespace") {
    announcer news;
    news.did("hub", deed::listed, in("team-a"));
    news.did("hub", deed::listed, in("team-b"));
    news.did("hub", deed::unlisted, in("team-c"));
    const auto lines = news.collect("hub");
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].action == "PatchServiceAccount");
    CHECK(lines[0].note ==
          "Listed Secret regcred in imagePullSecrets of ServiceAccounts in 2 namespaces: team-a, team-b");
    CHECK(lines[1].reason == "Unlisted");
    CHECK(lines[1].note ==
          "Took Secret regcred out of imagePullSecrets of ServiceAccounts in 1 namespace: team-c");
}

TEST_CASE("what was told is not told again, and what is forgotten is not told") {
    announcer news;
    news.did("hub", deed::adopted, in("team-a"));
    CHECK(news.collect("hub").size() == 1);
    CHECK(news.collect("hub").empty());
    news.did("hub", deed::removed, in("team-a"));
    news.forget("hub");
    CHECK(news.collect("hub").empty());
}

TEST_CASE("a condition that turns bad, or bad for another reason, is a warning once") {
    const std::vector<kube::condition> well{condition("Ready", "True", "Synced"),
                                            condition("Synced", "True", "Synced")};
    const std::vector<kube::condition> bad{condition("Ready", "False", "Conflict"),
                                           condition("Synced", "False", "Conflict")};
    const std::vector<kube::condition> worse{condition("Ready", "False", "Denied"),
                                             condition("Synced", "False", "Denied")};

    const auto lines = tell_changes(well, bad);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].warning);
    CHECK(lines[0].reason == "Conflict");
    CHECK(lines[0].note == "about Conflict");
    CHECK(tell_changes(bad, bad).empty());
    CHECK(tell_changes(bad, worse).size() == 1);
}

TEST_CASE("Pods that fail for want of the Secret are a warning once for each reason that needs somebody") {
    constexpr auto type = "FailedToRetrieveImagePullSecret";
    const auto is = [&](const char* status, const char* reason) {
        return std::vector<kube::condition>{condition(type, status, reason)};
    };
    const auto lines = tell_changes(is("False", "NoFailures"), is("True", "SecretMissing"));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].warning);
    CHECK(lines[0].reason == "SecretMissing");
    CHECK(tell_changes({}, is("True", "NamespaceNotSelected")).size() == 1);
    CHECK(tell_changes(is("True", "SecretMissing"), is("True", "SecretMissing")).empty());
    CHECK(tell_changes(is("True", "SecretMissing"), is("True", "NamespaceNotSelected")).size() == 1);
    CHECK(tell_changes(is("True", "SecretMissing"), is("True", "Recovering")).empty());
    CHECK(tell_changes(is("True", "Recovering"), is("False", "NoFailures")).empty());
    CHECK(tell_changes(is("False", "NoFailures"), is("Unknown", "Forbidden")).empty());
}

TEST_CASE("progress is no news, its end is") {
    const std::vector<kube::condition> running{condition("Ready", "False", "Progressing"),
                                               condition("Synced", "False", "Progressing")};
    const std::vector<kube::condition> well{condition("Ready", "True", "Synced"),
                                            condition("Synced", "True", "Synced")};
    CHECK(tell_changes({}, running).empty());
    const auto lines = tell_changes(running, well);
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(lines[0].warning);
    CHECK(lines[0].reason == "Synced");
    CHECK(tell_changes(well, well).empty());
}
