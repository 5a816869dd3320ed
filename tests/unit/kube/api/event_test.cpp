// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/event.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace std::chrono_literals;

namespace {

kube::event sample() {
    kube::event what;
    what.name = "hub.17a";
    what.regarding = {"regcred.dev/v1alpha1", "RegistryCredential", "", "hub", "u1"};
    what.type = kube::event_type::warning;
    what.reason = "Conflict";
    what.action = "Create";
    what.note = "team-a holds a Secret that is not regcred's";
    what.reporting_controller = "regcred.dev/controller";
    what.reporting_instance = "regcred-controller-0";
    what.time = util::wall_time{} + 1s + 5us;
    return what;
}

}  // namespace

TEST_CASE("an Event has the fields that events.k8s.io/v1 requires, and no others") {
    CHECK(
        kube::write_event(sample()) ==
        parsed(
            R"({"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"hub.17a","namespace":"default"},
                     "eventTime":"1970-01-01T00:00:01.000005Z","type":"Warning","reason":"Conflict","action":"Create",
                     "note":"team-a holds a Secret that is not regcred's",
                     "regarding":{"apiVersion":"regcred.dev/v1alpha1","kind":"RegistryCredential","name":"hub","uid":"u1"},
                     "reportingController":"regcred.dev/controller","reportingInstance":"regcred-controller-0"})"));
}

TEST_CASE("an Event lives in the namespace of its object, and in default for a cluster-scoped one") {
    auto what = sample();
    CHECK(kube::event_namespace(what.regarding) == "default");
    what.regarding.namespace_name = "team-a";
    what.type = kube::event_type::normal;
    const auto body = kube::write_event(what);
    CHECK(body.at("metadata").at("namespace") == kube::json("team-a"));
    CHECK(body.at("regarding").at("namespace") == kube::json("team-a"));
    CHECK(body.at("type") == kube::json("Normal"));
}

TEST_CASE("note and instance are cut at what the server accepts, never inside a character") {
    auto what = sample();
    what.note = std::string(1023, 'x') + "\xc3\xa4";
    what.reporting_instance = std::string(200, 'i');
    const auto body = kube::write_event(what);
    CHECK(body.at("note") == kube::json(std::string(1023, 'x')));
    CHECK(body.at("reportingInstance") == kube::json(std::string(128, 'i')));
}

TEST_CASE("a series is counted from two on") {
    const auto last = util::wall_time{} + 90s;
    CHECK(kube::write_event_series(3, last) ==
          parsed(R"({"series":{"count":3,"lastObservedTime":"1970-01-01T00:01:30.000000Z"}})"));
    CHECK(kube::write_event_series(1, last).at("series").at("count") == kube::json(2));
}
