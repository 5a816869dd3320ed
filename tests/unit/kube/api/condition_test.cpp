// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/condition.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace {

using conditions = std::vector<kube::condition>;

kube::condition make(std::string type,
                     std::string status,
                     std::string reason = "AsExpected",
                     std::string message = {}) {
    kube::condition made;
    made.type = std::move(type);
    made.status = std::move(status);
    made.reason = std::move(reason);
    made.message = std::move(message);
    made.observed_generation = 3;
    return made;
}

constexpr std::string_view early = "2026-01-01T00:00:00Z";
constexpr std::string_view late = "2026-01-02T00:00:00Z";

TEST_CASE("lastTransitionTime changes only with the status") {
    conditions all;
    CHECK(kube::set_condition(all, make("Ready", "False"), early));
    CHECK(all.at(0).last_transition_time == early);

    CHECK(kube::set_condition(all, make("Ready", "False", "Conflict", "two claim it"), late));
    CHECK(all.at(0).last_transition_time == early);
    CHECK(all.at(0).reason == "Conflict");

    CHECK(kube::set_condition(all, make("Ready", "True"), late));
    CHECK(all.at(0).last_transition_time == late);
    CHECK(all.size() == 1);
}

TEST_CASE("setting an equal condition changes nothing") {
    conditions all;
    CHECK(kube::set_condition(all, make("Ready", "True"), early));
    const conditions before = all;
    kube::condition again = make("Ready", "True");
    again.last_transition_time = "ignored";
    CHECK_FALSE(kube::set_condition(all, again, late));
    CHECK(all == before);
}

TEST_CASE("a new observedGeneration is a change") {
    conditions all;
    CHECK(kube::set_condition(all, make("Ready", "True"), early));
    kube::condition again = make("Ready", "True");
    again.observed_generation = 4;
    CHECK(kube::set_condition(all, again, late));
    CHECK(all.at(0).observed_generation == 4);
    CHECK(all.at(0).last_transition_time == early);
}

TEST_CASE("conditions are sorted by type, Ready first") {
    conditions all;
    for (const char* type : {"Synced", "Available", "Ready", "Reconciling"}) {
        CHECK(kube::set_condition(all, make(type, "True"), early));
    }
    std::string order;
    for (const kube::condition& each : all)
        order += each.type + " ";
    CHECK(order == "Ready Available Reconciling Synced ");
}

TEST_CASE("a condition is found and removed by its type") {
    conditions all;
    CHECK(kube::set_condition(all, make("Ready", "True"), early));
    REQUIRE(kube::find_condition(all, "Ready") != nullptr);
    CHECK(kube::find_condition(all, "Ready")->status == "True");
    CHECK(kube::find_condition(all, "Stalled") == nullptr);
    CHECK_FALSE(kube::remove_condition(all, "Stalled"));
    CHECK(kube::remove_condition(all, "Ready"));
    CHECK(all.empty());
}

TEST_CASE("a long message is cut between two characters") {
    conditions all;
    std::string text(kube::condition_message_limit - 1, 'x');
    text += "\xC3\xBC";  // two bytes, one of them beyond the limit
    CHECK(kube::set_condition(all, make("Ready", "True", "Long", text), early));
    CHECK(all.at(0).message.size() == kube::condition_message_limit - 1);
    CHECK_FALSE(kube::set_condition(all, make("Ready", "True", "Long", text), late));
}

TEST_CASE("a condition that the API server would reject throws") {
    conditions all;
    for (const std::string& reason : {std::string(),
                                      std::string("with space"),
                                      std::string("1Digit"),
                                      std::string("Ends:"),
                                      std::string("Dash-ed"),
                                      std::string(1'025, 'x')}) {
        CAPTURE(reason);
        CHECK_THROWS_AS(kube::set_condition(all, make("Ready", "True", reason), early), std::logic_error);
    }
    CHECK_THROWS_AS(kube::set_condition(all, make("", "True"), early), std::logic_error);
    CHECK_THROWS_AS(kube::set_condition(all, make("Rea dy", "True"), early), std::logic_error);
    CHECK_THROWS_AS(kube::set_condition(all, make("Ready", "true"), early), std::logic_error);
    CHECK_THROWS_AS(kube::set_condition(all, make("1Ready", "True"), early), std::logic_error);
    CHECK_THROWS_AS(kube::set_condition(all, make(std::string(317, 'x'), "True"), early), std::logic_error);
    auto negative = make("Ready", "True");
    negative.observed_generation = -1;
    CHECK_THROWS_AS(kube::set_condition(all, negative, early), std::logic_error);
    CHECK(all.empty());
    CHECK(kube::set_condition(all, make("Ready", "True", "A,b:c_1"), early));
    CHECK(kube::set_condition(all, make("Ready", "Unknown", std::string(1'024, 'x')), early));
    CHECK(kube::set_condition(all, make(std::string(316, 'x'), "True"), early));
}

}  // namespace
