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
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kube::error_kind;
using test::document;
using test::response;
using lines = std::vector<std::string>;

/// No delays: they are tested with watch_fsm.
runtime::watch_policy immediate() {
    runtime::watch_policy policy;
    policy.failures.initial = 0s;
    policy.denied.initial = 0s;
    policy.min_watch_time = 0s;
    policy.relist_period = 0s;
    policy.page_size = 2;
    return policy;
}

std::string frame(const std::string& type, kube::json object) {
    object["kind"] = test::scripted_watch::kind;
    return kube::to_text({{"type", type}, {"object", std::move(object)}}) + "\n";
}

std::string added(kube::json object) {
    return frame("ADDED", std::move(object));
}

std::string modified(kube::json object) {
    return frame("MODIFIED", std::move(object));
}

std::string deleted(kube::json object) {
    return frame("DELETED", std::move(object));
}

std::string bookmark(const std::string& version) {
    return frame("BOOKMARK", {{"metadata", {{"resourceVersion", version}}}});
}

/// The bookmark that ends a streaming list.
std::string list_end(const std::string& version) {
    return frame(
        "BOOKMARK",
        {{"metadata",
          {{"resourceVersion", version}, {"annotations", {{"k8s.io/initial-events-end", "true"}}}}}});
}

std::string expired() {
    return frame("ERROR", {{"code", 410}, {"reason", "Expired"}, {"message", "too old"}});
}

kube::json without_name(const std::string& version) {
    return {{"metadata", {{"resourceVersion", version}}}};
}

response refusal(error_kind kind, std::string message = "no") {
    response made;
    made.error = kube::error(kind, std::move(message));
    return made;
}

response stream(lines frames, net::failure end = net::failure::ended) {
    response made;
    made.lines = std::move(frames);
    made.end = end;
    return made;
}

response page(std::vector<kube::json> items, std::string version, std::string continue_token = {}) {
    response made;
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
    runtime::store<test::thing> store;
    runtime::store_sink<test::thing> sink{store, test::decode};
    test::scripted_watch server;
    int synced = 0;
    lines health;  // the error at each call of on_health
    runtime::reflector watch{io.get_executor(),
                             server,
                             sink,
                             log,
                             [] { return 0.0; },
                             {.name = "things",
                              .policy = immediate(),
                              .on_synced = [this] { ++synced; },
                              .on_health = [this] { health.push_back(watch.health().last_error); }}};

    fixture() { store.add_handler(changes); }
    void run() {
        boost::asio::co_spawn(io, watch.run(), [](const std::exception_ptr& exception) {
            if (exception) std::rethrow_exception(exception);
        });
        io.run();
    }
};

TEST_CASE_FIXTURE(fixture, "a streaming list fills the store and goes on as a watch, which resumes") {
    server.script.push_back(stream({added(document("a", "u1", "1")),
                                    added(document("b", "u2", "2")),
                                    list_end("10"),
                                    deleted(document("a", "u1", "11")),
                                    bookmark("12")}));
    server.script.push_back(stream({modified(document("b", "u2", "13"))}));
    run();
    CHECK(server.requests ==
          lines{"stream rv= timeout=300", "watch rv=12 timeout=300", "watch rv=13 timeout=300"});
    lines seen = changes.take();
    std::sort(seen.begin(), seen.begin() + 2);
    CHECK(seen == lines{"+a@1", "+b@2", "-a@1", "~b@2>13"});
    CHECK(synced == 1);
    CHECK(watch.health().synced);
    CHECK(log_lines.count("info  watch synced watch=things resource_version=10") == 1);
}

TEST_CASE_FIXTURE(fixture, "pages fill the store if the server has no streaming lists") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1"), document("b", "u2", "2")}, "10", "more"));
    server.script.push_back(page({document("c", "u3", "3")}, "10"));
    run();
    CHECK(server.requests == lines{"stream rv= timeout=300",
                                   "list rv= continue= limit=2",
                                   "list rv= continue=more limit=2",
                                   "watch rv=10 timeout=300"});
    CHECK(store.size() == 3);
    CHECK(synced == 1);
    CHECK(log_lines.count("warn") == 0);  // a server without streaming lists is not a fault
}

TEST_CASE_FIXTURE(fixture, "a page that fails is requested again, the pages before it are not") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1")}, "10", "more"));
    server.script.push_back(refusal(error_kind::too_many_requests));
    server.script.push_back(page({document("b", "u2", "2")}, "10"));
    run();
    CHECK(server.requests == lines{"stream rv= timeout=300",
                                   "list rv= continue= limit=2",
                                   "list rv= continue=more limit=2",
                                   "list rv= continue=more limit=2",
                                   "watch rv=10 timeout=300"});
    CHECK(store.size() == 2);
    CHECK(synced == 1);
}

TEST_CASE_FIXTURE(fixture, "a list that breaks off changes nothing") {
    server.script.push_back(stream({added(document("a", "u1", "1")), list_end("10"), expired()}));
    server.script.push_back(stream({added(document("b", "u2", "12"))}, net::failure::read));
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("c", "u3", "13")}, "20", "more"));
    server.script.push_back(refusal(error_kind::expired));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK_FALSE(store.replacing());
}

TEST_CASE_FIXTURE(fixture, "the next list finds what was deleted while no watch ran") {
    server.script.push_back(
        stream({added(document("a", "u1", "1")), added(document("b", "u2", "2")), list_end("10")}));
    server.script.push_back(refusal(error_kind::expired));
    server.script.push_back(stream({added(document("b", "u2", "2")), list_end("20")}));
    run();
    CHECK(changes.take().back() == "-a@1");
    CHECK(synced == 1);
    CHECK(log_lines.count("watch synced") == 1);
}

TEST_CASE_FIXTURE(fixture, "a list older than what was seen is not used, and its stream is closed") {
    server.script.push_back(stream({added(document("a", "u1", "1")), list_end("100"), expired()}));
    server.script.push_back(stream({list_end("99"), added(document("b", "u2", "200")), list_end("201")}));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK_FALSE(store.replacing());
    CHECK(watch.health().last_error.find("older than what was read before") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a page older than what was seen is not used") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1")}, "100"));
    server.script.push_back(refusal(error_kind::expired));
    server.script.push_back(page({document("b", "u2", "2")}, "99"));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK_FALSE(store.replacing());
    CHECK(watch.health().last_error.find("older than what was read before") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "lists that stay older call on_rewind, and change nothing") {
    int rewinds = 0;
    auto policy = immediate();
    policy.rewind_proof = 0s;
    runtime::reflector rewound(
        io.get_executor(),
        server,
        sink,
        log,
        [] { return 0.0; },
        {.name = "things", .policy = policy, .on_synced = {}, .on_rewind = [&] { ++rewinds; }});
    server.script.push_back(stream({added(document("a", "u1", "1")), list_end("100"), expired()}));
    for (int i = 0; i < 4; ++i) {
        response older = stream({added(document("b", "u2", "2")), list_end("90")});
        older.before = [&rewinds] { CHECK(rewinds == 0); };
        server.script.push_back(older);
    }
    boost::asio::co_spawn(io, rewound.run(), boost::asio::detached);
    io.run();
    CHECK(rewinds == 1);
    CHECK(changes.take() == lines{"+a@1"});
}

/// A reflector whose first list beside the watch is due at once.
struct auditing : fixture {
    double random = -2.0;  // as much jitter as makes the period zero
    runtime::reflector watch{io.get_executor(),
                             server,
                             sink,
                             log,
                             [this] { return random; },
                             {.name = "things", .policy = policy(), .on_synced = {}}};

    static runtime::watch_policy policy() {
        auto policy = immediate();
        policy.relist_period = 10min;
        policy.timeout_max = policy.timeout_min;
        return policy;
    }
    response beside(response list) {
        list.before = [this] { random = 0.0; };
        return list;
    }
    void run() {
        boost::asio::co_spawn(io, watch.run(), boost::asio::detached);
        io.run();
    }
};

/// A watch that is open until `until` says otherwise.
response open_stream(lines frames, std::function<bool()> until) {
    auto made = stream(std::move(frames));
    made.open_until = std::move(until);
    return made;
}

TEST_CASE_FIXTURE(auditing,
                  "a list beside the watch finds what no event showed, and the watch goes on at once") {
    server.script.push_back(open_stream({added(document("a", "u1", "1")),
                                         added(document("b", "u2", "2")),
                                         list_end("10"),
                                         modified(document("a", "u1", "11"))},
                                        [this] { return server.script.empty(); }));
    response list =
        stream({added(document("a", "u1", "11")), added(document("c", "u3", "3")), list_end("12")});
    list.before = [this] {
        random = 0.0;
        CHECK(changes.take().size() == 3);
    };
    server.script.push_back(list);
    run();
    lines seen = changes.take();
    CHECK(seen == lines{"-b@2", "+c@3"});
    CHECK(server.requests.at(0) == "stream rv= timeout=300");
    CHECK(server.requests.at(1) == "stream rv= timeout=300");
    CHECK(watch.health().last_error.empty());
}

TEST_CASE_FIXTURE(auditing,
                  "a list beside the watch that fails or is older changes nothing, and the watch goes on") {
    server.script.push_back(open_stream({added(document("a", "u1", "1")), list_end("10")},
                                        [this] { return server.script.size() < 2; }));
    SUBCASE("older") {
        server.script.push_back(beside(stream({list_end("9")})));
    }
    SUBCASE("broken off") {
        server.script.push_back(beside(stream({added(document("c", "u3", "3"))}, net::failure::read)));
    }
    server.script.push_back(stream({added(document("b", "u2", "11"))}));
    run();
    CHECK(changes.take() == lines{"+a@1", "+b@11"});
    CHECK_FALSE(store.replacing());
    CHECK(log_lines.count("warn  periodic list ") == 1);
}

TEST_CASE_FIXTURE(auditing, "a server that begins to stream lists is listed so again") {
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("a", "u1", "1")}, "10"));
    server.script.push_back(open_stream({}, [this] { return server.script.size() < 2; }));
    server.script.push_back(beside(stream({added(document("a", "u1", "1")), list_end("12")})));
    server.script.push_back(refusal(error_kind::expired));
    run();
    CHECK(std::ranges::count(server.requests, "stream rv= timeout=300") >= 3);
    CHECK(std::ranges::count(server.requests, "list rv= continue= limit=2") == 1);
}

TEST_CASE_FIXTURE(fixture, "a failure shows in health and is logged once, and so is the recovery") {
    server.script.push_back(refusal(error_kind::forbidden, "things is forbidden"));
    server.script.push_back(refusal(error_kind::forbidden, "things is forbidden"));
    response third = refusal(error_kind::forbidden, "things is forbidden");
    std::optional<runtime::time_point> failing_since;
    third.before = [this, &failing_since] {
        failing_since = watch.health().failing_since;
        CHECK(failing_since.has_value());
        CHECK(watch.health().last_error == "things is forbidden");
        CHECK(watch.health().last_kind == error_kind::forbidden);
        CHECK(watch.health().same_kind_since == failing_since);
        CHECK_FALSE(watch.health().synced);
        CHECK(log_lines.count("watch failed") == 1);
    };
    server.script.push_back(third);
    response other = refusal(error_kind::server, "no leader");
    other.before = [this, &failing_since] { CHECK(watch.health().failing_since == failing_since); };
    server.script.push_back(other);
    response last = stream({list_end("10")});
    last.before = [this, &failing_since] { CHECK(watch.health().same_kind_since > failing_since); };
    server.script.push_back(last);
    run();
    CHECK_FALSE(watch.health().failing_since.has_value());
    CHECK(watch.health().last_error.empty());
    CHECK(log_lines.count("warn  watch failed; retrying watch=things error=\"things is forbidden\"") == 1);
    CHECK(log_lines.count("warn  watch failed; retrying watch=things error=\"no leader\"") == 1);
    CHECK(log_lines.count("info  watch recovered watch=things duration_ms=") == 1);
    CHECK(health ==
          lines{"things is forbidden", "things is forbidden", "things is forbidden", "no leader", ""});
}

TEST_CASE_FIXTURE(fixture, "a streaming list recovers with its end, a resumed watch when it is opened") {
    server.script.push_back(refusal(error_kind::server));
    response list = stream({added(document("a", "u1", "1"))}, net::failure::read);
    server.script.push_back(list);
    response unrecovered = stream({list_end("10")});
    unrecovered.before = [this] { CHECK(watch.health().failing_since); };
    server.script.push_back(unrecovered);
    response refused = refusal(error_kind::server);
    refused.before = [this] { CHECK_FALSE(watch.health().failing_since); };
    server.script.push_back(refused);
    response resumed = stream({});
    resumed.before = [this] { CHECK(watch.health().failing_since); };
    server.script.push_back(resumed);
    run();
    CHECK(log_lines.count("watch recovered") == 2);
    CHECK(server.script.empty());
}

TEST_CASE_FIXTURE(fixture, "health counts ends and failures apart, and knows when anything was received") {
    CHECK(watch.health().last_received == runtime::time_point::min());
    response refused = refusal(error_kind::forbidden);
    refused.before = [this] { CHECK(watch.health().last_received == runtime::time_point::min()); };
    server.script.push_back(refused);
    server.script.push_back(stream({list_end("10"), bookmark("11")}));
    runtime::time_point after_list;
    response resumed = stream({});
    resumed.before = [&] {
        after_list = watch.health().last_received;
        CHECK(after_list > runtime::time_point::min());
        CHECK(watch.health().ended == 1);
        CHECK(watch.health().failed == 1);
    };
    server.script.push_back(resumed);
    server.script.push_back(refusal(error_kind::server));
    run();
    CHECK(watch.health().last_received > after_list);  // the watch was opened
    CHECK(watch.health().ended == 2);
    CHECK(watch.health().failed == 2);
}

TEST_CASE_FIXTURE(fixture, "an object that cannot be decoded does not stop the watch") {
    server.script.push_back(stream({added(document("a", "u1", "1", "broken")),
                                    added(document("b", "u2", "2")),
                                    list_end("10"),
                                    modified(document("b", "u2", "11", "broken")),
                                    modified(document("a", "u1", "12"))}));
    run();
    CHECK(changes.take() == lines{"+b@2", "+a@12"});
    CHECK(server.requests.size() == 2);
    CHECK(watch.unreadable() == 1);
}

TEST_CASE_FIXTURE(fixture, "an object without a name starts the list again") {
    server.script.push_back(stream({added(document("a", "u1", "1")),
                                    list_end("10"),
                                    modified(without_name("11")),
                                    added(document("b", "u2", "12"))}));
    server.script.push_back(stream({added(without_name("13")), list_end("20")}));
    server.script.push_back(refusal(error_kind::invalid));
    server.script.push_back(page({document("c", "u3", "3"), kube::json::object()}, "20"));
    run();
    CHECK(changes.take() == lines{"+a@1"});
    CHECK(store.size() == 1);
    CHECK(server.requests == lines{"stream rv= timeout=300",
                                   "stream rv= timeout=300",
                                   "stream rv= timeout=300",
                                   "list rv= continue= limit=2",
                                   "list rv= continue= limit=2"});
}

TEST_CASE_FIXTURE(fixture, "stop() wakes a watch that sleeps") {
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
    CHECK(log_lines.count("watch failed; retrying watch=sleeper") == 1);
    sleeper.stop();
    io.run();
    CHECK(ended);
}

TEST_CASE("watches are cut off when all of them have failed for the limit") {
    const runtime::time_point start{std::chrono::hours(1)};
    const std::chrono::seconds limit{30};
    runtime::watch_health good{.synced = true, .failing_since = {}, .last_error = {}};
    runtime::watch_health first = good;
    first.failing_since = start;
    runtime::watch_health later = good;
    later.failing_since = start + std::chrono::seconds(10);
    const auto cut_off = [&](std::vector<runtime::watch_health> watches, int seconds) {
        return runtime::all_failing_for(limit, watches, start + std::chrono::seconds(seconds));
    };
    CHECK_FALSE(cut_off({}, 1000));
    CHECK_FALSE(cut_off({good}, 1000));
    CHECK_FALSE(cut_off({first, good}, 1000));
    CHECK_FALSE(cut_off({first, later}, 39));
    CHECK(cut_off({first, later}, 40));
    CHECK(cut_off({first}, 30));
    later.failing_since.reset();  // recovered
    CHECK_FALSE(cut_off({first, later}, 1000));
}

}  // namespace
