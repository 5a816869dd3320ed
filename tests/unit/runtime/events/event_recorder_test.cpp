// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_recorder.hpp"

#include "support/log_capture.hpp"
#include "unit/kube/client/api_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kube::error_kind;
using lines = std::vector<std::string>;

/// An API server that keeps the requests, or refusal them.
class fake_writer final : public runtime::event_writer {
 public:
    lines requests;
    std::optional<error_kind> refusal;

    boost::asio::awaitable<kube::result<void>> create(runtime::event_write write) override {
        requests.push_back("create " + write.event.note);
        co_return respond();
    }
    boost::asio::awaitable<kube::result<void>> update_series(runtime::event_write write) override {
        requests.push_back("update " + write.event.note + " " + std::to_string(write.count));
        co_return respond();
    }

 private:
    [[nodiscard]] kube::result<void> respond() const {
        if (refusal) return kube::error(*refusal, "refused");
        return {};
    }
};

struct fixture {
    boost::asio::io_context io{1};
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    fake_writer server;
    runtime::event_recorder events{
        io.get_executor(), server, log, [] { return runtime::wall_time{}; }, {.burst = 1'000}, 5};
    bool ended = false;

    void start() {
        boost::asio::co_spawn(io, events.run(), [this](const std::exception_ptr& fault) {
            if (fault) std::rethrow_exception(fault);
            ended = true;
        });
        turn();
    }
    void turn() {
        io.restart();
        io.poll();
    }
    void record(std::string text) {
        runtime::object_event event;
        event.regarding.name = "blue";
        event.reason = "Conflict";
        event.action = "Sync";
        event.note = std::move(text);
        events.record(std::move(event));
    }
};

TEST_CASE_FIXTURE(fixture, "events are written by run(), in order, repeated ones as a series") {
    start();
    record("a");
    record("b");
    record("a");
    CHECK(server.requests.empty());  // recording never waits
    turn();
    CHECK(server.requests == lines{"create a", "create b", "update a 2"});
    CHECK(events.written() == 3);
    CHECK(events.dropped() == 0);
}

TEST_CASE_FIXTURE(fixture, "events that do not fit into the queue are dropped and counted") {
    for (int i = 0; i < 8; ++i)
        record(std::to_string(i));
    CHECK(events.dropped() == 3);
    start();
    CHECK(server.requests.size() == 5);
}

TEST_CASE_FIXTURE(fixture, "events that cannot be written are dropped, counted, and logged once") {
    start();
    server.refusal = error_kind::forbidden;
    record("a");
    record("b");
    turn();
    CHECK(events.dropped() == 2);
    CHECK(log_lines.count("failed to write event") == 1);
    server.refusal.reset();
    record("a");
    turn();
    CHECK(server.requests.back() == "create a");  // there is no Event whose series could be updated
    CHECK(events.written() == 1);
    server.refusal = error_kind::forbidden;
    record("b");
    turn();
    CHECK(log_lines.count("warn  failed to write event event_reason=Conflict error=refused") == 2);
}

TEST_CASE_FIXTURE(fixture,
                  "an event with an identity that exists already is not an error, and forms a series") {
    start();
    server.refusal = error_kind::already_exists;
    runtime::object_event event;
    event.regarding.name = "blue";
    event.note = "a";
    event.identity = 7;
    events.record(event);
    turn();
    CHECK(events.dropped() == 0);
    CHECK(log_lines.lines().empty());
    server.refusal.reset();
    events.record(event);
    turn();
    CHECK(server.requests == lines{"create a", "update a 2"});

    server.refusal = error_kind::already_exists;
    event.identity.reset();
    events.record(event);
    turn();
    CHECK(events.dropped() == 1);
}

TEST_CASE_FIXTURE(fixture, "after stop() queued events are written and new ones are dropped") {
    start();
    record("a");
    record("b");
    events.stop();
    record("late");
    turn();
    CHECK(ended);
    CHECK(server.requests == lines{"create a", "create b"});
    CHECK(events.dropped() == 1);
}

TEST_CASE_FIXTURE(fixture, "a closed client drops the rest of the queue") {
    record("a");
    record("b");
    record("c");
    events.stop();
    server.refusal = error_kind::cancelled;
    start();
    CHECK(ended);
    CHECK(server.requests == lines{"create a"});
    CHECK(events.dropped() == 3);
    CHECK(log_lines.lines().empty());
}

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
