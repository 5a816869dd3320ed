// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/reflector.hpp"

#include "runtime/cache/store_sink.hpp"
#include "support/log_capture.hpp"
#include "unit/runtime/cache/scripted_watch.hpp"
#include "unit/runtime/cache/thing.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kube::error_kind;
using kube::watch_event_type;
using test::answer;
using test::document;
using lines = std::vector<std::string>;

/// Nothing waits: the delays are watch_fsm's business.
runtime::watch_policy at_once() {
    runtime::watch_policy policy;
    policy.failures.initial = 0s;
    policy.denied.initial = 0s;
    policy.too_short = 0s;
    policy.audit_every = 0s;
    policy.page_size = 2;
    return policy;
}

kube::watch_event event(watch_event_type type, kube::json object) {
    kube::watch_event made;
    made.type = type;
    made.resource_version = kube::string_at(kube::object_at(object, "metadata"), "resourceVersion");
    made.object = std::move(object);
    return made;
}

kube::watch_event bookmark(std::string version, bool ends_list = false) {
    kube::watch_event made;
    made.type = watch_event_type::bookmark;
    made.resource_version = std::move(version);
    made.initial_events_end = ends_list;
    return made;
}

answer refusal(error_kind kind, std::string message = "no") {
    answer made;
    made.refused = kube::error(kind, std::move(message));
    return made;
}

answer stream(std::vector<kube::watch_event> events, error_kind end = error_kind::stream_ended) {
    answer made;
    made.events = std::move(events);
    made.end = kube::error(end, "the stream ended");
    return made;
}

answer page(std::vector<kube::json> items, std::string version, std::string continue_token = {}) {
    answer made;
    for (kube::json& each : items)
        made.page.items.push_back(std::move(each));
    made.page.resource_version = std::move(version);
    made.page.continue_token = std::move(continue_token);
    return made;
}

struct fixture {
    boost::asio::io_context io{1};
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    test::change_log changes;
    runtime::store<test::thing> store{std::ref(changes)};
    runtime::store_sink<test::thing> sink{store, test::decode};
    test::scripted_watch server;
    int synced = 0;
    runtime::reflector watch{io.get_executor(),
                             server,
                             sink,
                             log,
                             [] { return 0.0; },
                             {.name = "things", .policy = at_once(), .on_synced = [this] { ++synced; }}};

    void run() {
        boost::asio::co_spawn(io, watch.run(), [](const std::exception_ptr& fault) {
            if (fault) std::rethrow_exception(fault);
        });
        io.run();
    }
};

TEST_CASE_FIXTURE(fixture, "a streaming list fills the store and goes on as a watch, which is resumed") {
    server.script.push_back(stream({event(watch_event_type::added, document("a", "u1", "1")),
                                    event(watch_event_type::added, document("b", "u2", "2")),
                                    bookmark("10", true),
                                    event(watch_event_type::deleted, document("a", "u1", "11")),
                                    bookmark("12")}));
    server.script.push_back(stream({event(watch_event_type::modified, document("b", "u2", "13"))}));
    run();
    CHECK(server.asked ==
          lines{"stream rv= timeout=300", "watch rv=12 timeout=300", "watch rv=13 timeout=300"});
    lines told = changes.take();
    std::sort(told.begin(), told.begin() + 2);
    CHECK(told == lines{"+a@1", "+b@2", "-a@1", "~b@2>13"});
    CHECK(synced == 1);
    CHECK(watch.health().synced);
    CHECK(watch.health().views == 1);
    CHECK(watch.health().streams == 2);
    CHECK(watch.health().events == 6);
    CHECK(watch.health().last_complete.has_value());
    CHECK(watch.health().last_heard >= watch.health().last_complete);
}

TEST_CASE_FIXTURE(fixture, "pages fill the store where there are no streaming lists") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1"), document("b", "u2", "2")}, "10", "more"));
    server.script.push_back(page({document("c", "u3", "3")}, "10"));
    run();
    CHECK(server.asked == lines{"stream rv= timeout=300",
                                "list rv= continue= limit=2",
                                "list rv= continue=more limit=2",
                                "watch rv=10 timeout=300"});
    CHECK(store.size() == 3);
    CHECK(synced == 1);
    CHECK(log_lines.count("warn") == 0);  // a server without streaming lists is not a fault
}

TEST_CASE_FIXTURE(fixture, "a page that fails is asked for again, and those before it are not") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1")}, "10", "more"));
    server.script.push_back(refusal(error_kind::too_many_requests));
    server.script.push_back(page({document("b", "u2", "2")}, "10"));
    run();
    CHECK(server.asked == lines{"stream rv= timeout=300",
                                "list rv= continue= limit=2",
                                "list rv= continue=more limit=2",
                                "list rv= continue=more limit=2",
                                "watch rv=10 timeout=300"});
    CHECK(store.size() == 2);
    CHECK(synced == 1);
}

TEST_CASE_FIXTURE(fixture, "a list that breaks off changes nothing") {
    server.script.push_back(
        stream({event(watch_event_type::added, document("a", "u1", "1")), bookmark("10", true)},
               error_kind::expired));
    server.script.push_back(
        stream({event(watch_event_type::added, document("b", "u2", "12"))}, error_kind::no_response));
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("c", "u3", "13")}, "20", "more"));
    server.script.push_back(refusal(error_kind::expired));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK_FALSE(store.replacing());
}

TEST_CASE_FIXTURE(fixture, "what went while no watch ran is found by the next list") {
    server.script.push_back(stream({event(watch_event_type::added, document("a", "u1", "1")),
                                    event(watch_event_type::added, document("b", "u2", "2")),
                                    bookmark("10", true)}));
    server.script.push_back(refusal(error_kind::expired));
    server.script.push_back(
        stream({event(watch_event_type::added, document("b", "u2", "2")), bookmark("20", true)}));
    run();
    CHECK(changes.take().back() == "-a@1!");
    CHECK(synced == 1);
    CHECK(watch.health().views == 2);
}

TEST_CASE_FIXTURE(fixture, "a list older than what was seen is not used") {
    server.script.push_back(
        stream({event(watch_event_type::added, document("a", "u1", "1")), bookmark("100", true)},
               error_kind::expired));
    server.script.push_back(
        stream({bookmark("99", true), event(watch_event_type::added, document("b", "u2", "2"))}));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK(watch.health().last_error.find("older state") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a refusal is known to health and told once, and so is its end") {
    server.script.push_back(refusal(error_kind::forbidden, "things is forbidden"));
    server.script.push_back(refusal(error_kind::forbidden, "things is forbidden"));
    answer third = refusal(error_kind::forbidden, "things is forbidden");
    third.before = [this] {
        CHECK(watch.health().failing_since.has_value());
        CHECK(watch.health().last_error == "things is forbidden");
        CHECK_FALSE(watch.health().synced);
        CHECK(log_lines.count("watch fails") == 1);
    };
    server.script.push_back(third);
    server.script.push_back(stream({bookmark("10", true)}));
    run();
    CHECK_FALSE(watch.health().failing_since.has_value());
    CHECK(watch.health().last_error.empty());
    CHECK(watch.health().failures == 3);
    CHECK(log_lines.count("watch fails, it is tried again watch=things error=\"things is forbidden\"") == 1);
    CHECK(log_lines.count("watch works again") == 1);
}

TEST_CASE_FIXTURE(fixture, "an object that cannot be decoded does not stop the watch") {
    server.script.push_back(stream({event(watch_event_type::added, document("a", "u1", "1", "broken")),
                                    event(watch_event_type::added, document("b", "u2", "2")),
                                    bookmark("10", true),
                                    event(watch_event_type::modified, document("b", "u2", "11", "broken")),
                                    event(watch_event_type::modified, document("a", "u1", "12"))}));
    run();
    CHECK(changes.take() == lines{"+b@2", "+a@12"});
    CHECK(server.asked.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "an object that cannot be told apart makes the list begin again") {
    server.script.push_back(stream({event(watch_event_type::added, document("a", "u1", "1")),
                                    bookmark("10", true),
                                    event(watch_event_type::modified, kube::json::object()),
                                    event(watch_event_type::added, document("b", "u2", "12"))}));
    server.script.push_back(stream(
        {kube::watch_event(event(watch_event_type::added, kube::json::object())), bookmark("20", true)}));
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("c", "u3", "3"), kube::json::object()}, "20"));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK(server.asked == lines{"stream rv= timeout=300",
                                "stream rv= timeout=300",
                                "stream rv= timeout=300",
                                "list rv= continue= limit=2",
                                "list rv= continue= limit=2"});
}

TEST_CASE_FIXTURE(fixture, "a stop wakes a watch that sleeps") {
    runtime::watch_policy slow;
    slow.failures.initial = 1h;
    slow.failures.cap = 1h;
    runtime::reflector sleeper(io.get_executor(),
                               server,
                               sink,
                               log,
                               [] { return 0.0; },
                               {.name = "sleeper", .policy = slow, .on_synced = {}});
    server.script.push_back(refusal(error_kind::server));
    bool ended = false;
    boost::asio::co_spawn(io, sleeper.run(), [&](const std::exception_ptr&) { ended = true; });
    io.poll();
    CHECK_FALSE(ended);
    CHECK(sleeper.health().failures == 1);
    sleeper.stop();
    io.run();
    CHECK(ended);
}

}  // namespace
