// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/client_event_writer.hpp"

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

}  // namespace
