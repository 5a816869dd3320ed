// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/client_event_writer.hpp"

#include "unit/kube/client/api_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using namespace std::chrono_literals;

const runtime::event_reporter reporter{.controller = "example.com/controller", .instance = "controller-7d4"};

runtime::event_write example() {
    runtime::event_write write;
    write.event.regarding = {
        .api_version = "example.com/v1", .kind = "Widget", .namespace_name = {}, .name = "blue", .uid = "u1"};
    write.event.type = kube::event_type::warning;
    write.event.reason = "Conflict";
    write.event.action = "Sync";
    write.event.note = "the namespace has another Widget of this name";
    write.name = "blue.1f";
    write.last_observed = runtime::wall_time{1s};
    return write;
}

TEST_CASE("the Event of a cluster-scoped object is in the namespace default and names its reporter") {
    CHECK(
        runtime::new_event(example(), reporter) ==
        kube::json{{"apiVersion", "events.k8s.io/v1"},
                   {"kind", "Event"},
                   {"metadata", {{"name", "blue.1f"}, {"namespace", "default"}}},
                   {"eventTime", "1970-01-01T00:00:01.000000Z"},
                   {"reportingController", "example.com/controller"},
                   {"reportingInstance", "controller-7d4"},
                   {"action", "Sync"},
                   {"reason", "Conflict"},
                   {"regarding",
                    {{"apiVersion", "example.com/v1"}, {"kind", "Widget"}, {"name", "blue"}, {"uid", "u1"}}},
                   {"note", "the namespace has another Widget of this name"},
                   {"type", "Warning"}});
}

TEST_CASE("an Event that happened more than once before it is created has a series") {
    runtime::event_write write = example();
    write.count = 3;
    CHECK(runtime::new_event(write, reporter).at("series") ==
          kube::json{{"count", 3}, {"lastObservedTime", "1970-01-01T00:00:01.000000Z"}});
}

TEST_CASE("an Event is created with a POST, its series is updated with a merge patch") {
    api_fixture stage(always(201, R"({"kind":"Event","metadata":{"name":"blue.1f"}})"));
    runtime::client_event_writer writer(*stage.client, reporter);
    CHECK(stage.run(writer.create(example())).has_value());
    CHECK(stage.last_line().starts_with("POST /apis/events.k8s.io/v1/namespaces/default/events?"));
    CHECK(stage.last_request().find(R"("reportingInstance":"controller-7d4")") != std::string::npos);

    runtime::event_write repeated = example();
    repeated.event.regarding.namespace_name = "team-a";
    repeated.count = 2;
    CHECK(stage.run(writer.update_series(repeated)).has_value());
    CHECK(stage.last_line().starts_with("PATCH /apis/events.k8s.io/v1/namespaces/team-a/events/blue.1f?"));
    CHECK(stage.last_request().ends_with(
        R"({"series":{"count":2,"lastObservedTime":"1970-01-01T00:00:01.000000Z"}})"));

    repeated.event.regarding.namespace_name.clear();
    CHECK(stage.run(writer.update_series(repeated)).has_value());
    CHECK(stage.last_line().starts_with("PATCH /apis/events.k8s.io/v1/namespaces/default/events/blue.1f?"));
}

TEST_CASE("a refused request is an error") {
    api_fixture stage(always(403, R"({"kind":"Status","reason":"Forbidden","code":403})"));
    runtime::client_event_writer writer(*stage.client, reporter);
    CHECK(stage.run(writer.create(example())).error().kind == kube::error_kind::forbidden);
    CHECK(stage.run(writer.update_series(example())).error().kind == kube::error_kind::forbidden);
}

}  // namespace
