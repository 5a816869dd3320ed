// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_events.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::condition_events;

namespace {

kube::condition condition(const char* type, const char* status, const char* reason) {
    return {.type = type,
            .status = status,
            .reason = reason,
            .message = std::string("about ") + reason,
            .observed_generation = 1,
            .last_transition_time = "2026-05-01T10:00:00Z"};
}

}  // namespace

TEST_CASE("a condition that becomes False, or gets another reason, is a warning Event once") {
    const std::vector<kube::condition> well{condition("Ready", "True", "Synced"),
                                            condition("Synced", "True", "Synced")};
    const std::vector<kube::condition> bad{condition("Ready", "False", "Conflict"),
                                           condition("Synced", "False", "Conflict")};
    const std::vector<kube::condition> worse{condition("Ready", "False", "Denied"),
                                             condition("Synced", "False", "Denied")};

    const auto lines = condition_events(well, bad);
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].warning);
    CHECK(lines[0].reason == "Conflict");
    CHECK(lines[0].note == "about Conflict");
    CHECK(condition_events(bad, bad).empty());
    CHECK(condition_events(bad, worse).size() == 1);
}

TEST_CASE("failing Pods are a warning Event once for each reason that needs an operator") {
    constexpr auto type = "FailedToRetrieveImagePullSecret";
    const auto is = [&](const char* status, const char* reason) {
        return std::vector<kube::condition>{condition(type, status, reason)};
    };
    const auto lines = condition_events(is("False", "NoFailures"), is("True", "SecretMissing"));
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].warning);
    CHECK(lines[0].reason == "SecretMissing");
    CHECK(condition_events({}, is("True", "NamespaceNotSelected")).size() == 1);
    CHECK(condition_events(is("True", "SecretMissing"), is("True", "SecretMissing")).empty());
    CHECK(condition_events(is("True", "SecretMissing"), is("True", "NamespaceNotSelected")).size() == 1);
    CHECK(condition_events(is("True", "SecretMissing"), is("True", "Recovering")).empty());
    CHECK(condition_events(is("True", "Recovering"), is("False", "NoFailures")).empty());
    CHECK(condition_events(is("False", "NoFailures"), is("Unknown", "Forbidden")).empty());
}

TEST_CASE("progress leads to no Event, becoming Ready does") {
    const std::vector<kube::condition> running{condition("Ready", "False", "Progressing"),
                                               condition("Synced", "False", "Progressing")};
    const std::vector<kube::condition> well{condition("Ready", "True", "Synced"),
                                            condition("Synced", "True", "Synced")};
    CHECK(condition_events({}, running).empty());
    const auto lines = condition_events(running, well);
    REQUIRE(lines.size() == 1);
    CHECK_FALSE(lines[0].warning);
    CHECK(lines[0].reason == "Synced");
    CHECK(condition_events(well, well).empty());
}
