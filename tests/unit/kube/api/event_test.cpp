// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/event.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

namespace {

kube::event sample() {
    kube::event sample;
    sample.name = "hub.17a";
    sample.regarding = {"regcred.dev/v1alpha1", "RegistryCredential", "", "hub", "u1"};
    sample.type = kube::event_type::warning;
    sample.reason = "Conflict";
    sample.action = "Create";
    sample.note = "team-a holds a Secret that is not regcred's";
    sample.reporting_controller = "regcred.dev/controller";
    sample.reporting_instance = "regcred-controller-0";
    sample.time = util::wall_time{} + 1s + 5us;
    return sample;
}

}  // namespace

TEST_CASE("an Event has exactly the fields that events.k8s.io/v1 requires") {
    CHECK(
        kube::write_event(sample()) ==
        parsed(
            R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"hub.17a","namespace":"default"},
                     "eventTime":"1970-01-01T00:00:01.000005Z","type":"Warning","reason":"Conflict","action":"Create",
                     "note":"team-a holds a Secret that is not regcred's",
                     "regarding":{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","name":"hub","uid":"u1"},
                     "reportingController":"regcred.dev/controller","reportingInstance":"regcred-controller-0"})"));
}

TEST_CASE("an Event has the namespace of its object, or default for a cluster-scoped object") {
    auto event = sample();
    CHECK(kube::event_namespace(event.regarding) == "default");
    event.regarding.namespace_name = "team-a";
    event.type = kube::event_type::normal;
    const auto body = kube::write_event(event);
    CHECK(body.at("metadata").at("namespace") == kube::json("team-a"));
    CHECK(body.at("regarding").at("namespace") == kube::json("team-a"));
    CHECK(body.at("type") == kube::json("Normal"));
}

TEST_CASE("the note and the instance are cut at the limits of the server, between two characters") {
    auto event = sample();
    event.note = std::string(1023, 'x') + "\xc3\xa4";
    event.reporting_instance = std::string(200, 'i');
    const auto body = kube::write_event(event);
    CHECK(body.at("note") == kube::json(std::string(1023, 'x')));
    CHECK(body.at("reportingInstance") == kube::json(std::string(128, 'i')));
}

TEST_CASE("the count of a series is at least 2") {
    const auto last = util::wall_time{} + 90s;
    CHECK(kube::write_event_series(3, last) ==
          parsed(R"({"series":{"count":3,"lastObservedTime":"1970-01-01T00:01:30.000000Z"}})"));
    CHECK(kube::write_event_series(1, last).at("series").at("count") == kube::json(2));
}
