// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_events.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::condition_changes;
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

TEST_CASE("a condition that is False for the same reason as the one it depends on makes no second Event") {
    const auto reasons_of = [](const std::vector<kube::condition>& after) {
        std::string reasons;
        for (const auto& event : condition_events({}, after))
            reasons += event.reason + " ";
        return reasons;
    };
    CHECK(reasons_of({condition("SourcesValid", "False", "SourceNotFound"),
                      condition("Synced", "False", "SourceNotFound")}) == "SourceNotFound ");
    CHECK(reasons_of({condition("SourcesValid", "False", "SourceNotFound"),
                      condition("Synced", "False", "Conflict")}) == "SourceNotFound Conflict ");
    CHECK(reasons_of({condition("SourcesValid", "True", "SourceNotFound"),
                      condition("Synced", "False", "SourceNotFound")}) == "SourceNotFound ");
    CHECK(reasons_of({condition("Synced", "False", "SecretNameNotAllowed"),
                      condition("ServiceAccountsPatched", "False", "SecretNameNotAllowed")}) ==
          "SecretNameNotAllowed ");
    // The remedies differ: RBAC for Secrets, RBAC for ServiceAccounts.
    CHECK(reasons_of({condition("Synced", "False", "Forbidden"),
                      condition("ServiceAccountsPatched", "False", "Forbidden")}) == "Forbidden Forbidden ");
}

TEST_CASE("an object that becomes Ready without a namespace is an Event with that reason") {
    const auto events = condition_events({}, {condition("Ready", "True", "NoNamespaceSelected")});
    REQUIRE(events.size() == 1);
    CHECK(events[0].reason == "NoNamespaceSelected");
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

TEST_CASE("each change of a condition's status or reason makes one Event, a warning if a person must act") {
    const auto text = [](const std::vector<kube::condition>& before,
                         const std::vector<kube::condition>& after) {
        std::string lines;
        for (const auto& [warning, now] : condition_changes(before, after))
            lines += (warning ? "warn " : "info ") + now.type + "=" + now.status + " " + now.reason + ";";
        return lines;
    };
    const std::vector<kube::condition> well{condition("Ready", "True", "Synced")};
    const std::vector<kube::condition> bad{condition("Ready", "False", "Conflict"),
                                           condition("Stalled", "True", "Conflict")};
    CHECK(text({}, well) == "info Ready=True Synced;");
    CHECK(text(well, bad) == "warn Ready=False Conflict;warn Stalled=True Conflict;");
    CHECK(text(bad, bad).empty());
    auto other_message = bad;
    other_message[0].message = "2 of 3";
    CHECK(text(bad, other_message).empty());
    CHECK(text(bad, well) == "info Ready=True Synced;info Stalled=absent ;");
    CHECK(text(well, {condition("Ready", "False", "Progressing")}) == "info Ready=False Progressing;");
    CHECK(text(well, {condition("Ready", "True", "NoNamespaceSelected")}) ==
          "info Ready=True NoNamespaceSelected;");
    constexpr auto pulls = "FailedToRetrieveImagePullSecret";
    CHECK(text({}, {condition(pulls, "True", "SecretMissing")}) ==
          std::string("warn ") + pulls + "=True SecretMissing;");
    CHECK(text({}, {condition(pulls, "False", "NoFailures")}) ==
          std::string("info ") + pulls + "=False NoFailures;");
    CHECK(text({}, {condition("Reconciling", "True", "DeletionGuard")}) ==
          "info Reconciling=True DeletionGuard;");
}
