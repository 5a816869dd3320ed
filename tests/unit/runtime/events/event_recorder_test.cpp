// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/event_recorder.hpp"

#include "support/log_capture.hpp"

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
    CHECK(log_lines.count("warn  failed to write event reason=Conflict error=refused") == 2);
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

}  // namespace
