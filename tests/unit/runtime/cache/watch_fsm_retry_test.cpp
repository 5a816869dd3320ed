// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/watch_fsm.hpp"
#include "unit/runtime/cache/watch_script.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using kube::error_kind;
using runtime::received_as;
using test::watch_script;

TEST_CASE("410 leads to a new list, as a response, as an event and for a continue token") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    SUBCASE("as the response to a watch") {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("as an event of a watch") {
        watch.watches_for_a_minute("50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("for a continue token") {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        CHECK_FALSE(watch.fails(error_kind::invalid));
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("60", "token") == received_as::part_of_list);
        REQUIRE(watch.next() == "list_page rv= continue=token");
        CHECK(watch.fails(error_kind::expired));
        CHECK(watch.next() == "sleep 800 ms");
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("60", "token") == received_as::part_of_list);  // a new list may have the same token
        CHECK(watch.next() == "list_page rv= continue=token");
    }
}

TEST_CASE("repeated 410 right after a list lengthens the delay, whatever came in between") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    int version = 60;
    for (const char* delay : {"sleep 800 ms", "sleep 1600 ms", "sleep 3200 ms"}) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.lists(std::to_string(version));
        (void)watch.bookmark(std::to_string(version + 5));
        version += 10;
        watch.now += 2s;
        CHECK(watch.fails(error_kind::expired));
        CHECK(watch.next() == delay);
    }
}

TEST_CASE("a failed watch keeps its resourceVersion or leads to a list, by the kind of failure") {
    struct row {
        error_kind kind;
        bool same_version;
    };
    const std::vector<row> rows{
        {error_kind::no_response, true},
        {error_kind::too_many_requests, true},
        {error_kind::server, true},
        {error_kind::unauthorized, true},
        {error_kind::forbidden, true},
        {error_kind::not_found, false},
        {error_kind::server_timeout, false},
        {error_kind::bad_request, false},
        {error_kind::invalid, false},
        {error_kind::malformed, false},
        {error_kind::conflict, false},
        {error_kind::other, false},
        {error_kind::too_large, false},
    };
    for (const row& each : rows) {
        for (const bool within_stream : {false, true}) {
            if (within_stream && each.kind == error_kind::no_response)
                continue;  // a broken stream: see below
            CAPTURE(kube::to_string(each.kind));
            CAPTURE(within_stream);
            watch_script watch;
            watch.lists("50");
            watch.now += 1min;
            (void)watch.fails(error_kind::stream_ended);
            REQUIRE(watch.next() == "watch rv=50");
            if (within_stream) watch.opens();
            CHECK(watch.fails(each.kind));
            CHECK(watch.next().substr(0, 6) == "sleep ");
            CHECK(watch.next() == (each.same_version ? "watch rv=50" : "stream_list rv= (begins)"));
        }
    }
}

TEST_CASE("the fifth server error in a row leads to a new list") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    (void)watch.fails(error_kind::stream_ended);
    SUBCASE("in a row") {
        for (int i = 0; i < 5; ++i) {
            REQUIRE(watch.next() == "watch rv=50");
            CHECK(watch.fails(error_kind::server));
            (void)watch.next();
        }
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("as the first event of a watch, too") {
        for (int i = 0; i < 5; ++i) {
            REQUIRE(watch.next() == "watch rv=50");
            watch.opens();
            CHECK(watch.fails(error_kind::server));
            (void)watch.next();
        }
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("not if there was an event in between") {
        for (int i = 0; i < 10; ++i) {
            REQUIRE(watch.next().substr(0, 9) == "watch rv=");
            watch.opens();
            (void)watch.modified(std::to_string(60 + i));
            CHECK(watch.fails(error_kind::server));
            (void)watch.next();
        }
        CHECK(watch.next() == "watch rv=69");
    }
    SUBCASE("not if a watch worked in between") {
        for (int i = 0; i < 20; ++i) {
            REQUIRE(watch.next() == "watch rv=50");
            if (i % 3 == 0) {
                watch.opens();
                watch.now += 1min;
            }
            CHECK(watch.fails(error_kind::server));
            (void)watch.next();
        }
        CHECK(watch.next() == "watch rv=50");
    }
}

TEST_CASE("401, 403 and 404 are retried after delays of up to a minute") {
    for (const error_kind kind : {error_kind::unauthorized, error_kind::forbidden, error_kind::not_found}) {
        watch_script watch;
        std::vector<std::string> delays;
        for (int i = 0; i < 8; ++i) {
            CHECK(watch.next() == "stream_list rv= (begins)");
            CHECK(watch.fails(kind));
            delays.push_back(watch.next());
        }
        CHECK(delays == std::vector<std::string>{"sleep 1000 ms",
                                                 "sleep 2000 ms",
                                                 "sleep 4000 ms",
                                                 "sleep 8000 ms",
                                                 "sleep 16000 ms",
                                                 "sleep 32000 ms",
                                                 "sleep 60000 ms",
                                                 "sleep 60000 ms"});
        CHECK_FALSE(watch.fsm.synced());
    }
}

TEST_CASE("Retry-After is respected if it is longer than the backoff") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    (void)watch.fails(error_kind::stream_ended);
    for (const auto& [retry_after, slept] : std::vector<std::pair<std::chrono::milliseconds, std::string>>{
             {7s, "sleep 7000 ms"}, {1ms, "sleep 1600 ms"}}) {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK(watch.fails(error_kind::too_many_requests, retry_after));
        CHECK(watch.next() == slept);
    }
}

TEST_CASE("delays grow to 30 seconds plus jitter, and start again after two minutes without a failure") {
    watch_script watch(watch_script::without_relist(), 0.5);
    watch.lists("50");
    watch.now += 1min;
    (void)watch.fails(error_kind::stream_ended);
    std::vector<std::string> delays;
    for (int i = 0; i < 8; ++i) {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK(watch.fails(error_kind::no_response));
        delays.push_back(watch.next());
    }
    CHECK(delays == std::vector<std::string>{"sleep 1200 ms",
                                             "sleep 2400 ms",
                                             "sleep 4800 ms",
                                             "sleep 9600 ms",
                                             "sleep 19200 ms",
                                             "sleep 38400 ms",
                                             "sleep 45000 ms",
                                             "sleep 45000 ms"});
    REQUIRE(watch.next() == "watch rv=50");
    watch.opens();
    watch.now += 2min;
    CHECK(watch.fails(error_kind::server));
    CHECK(watch.next() == "sleep 1200 ms");
}

TEST_CASE("a watch that ends within a second without an event has failed") {
    for (const error_kind kind : {error_kind::stream_ended, error_kind::no_response}) {
        watch_script watch;
        watch.lists("50");
        watch.now += 1min;
        (void)watch.fails(error_kind::stream_ended);
        for (const char* delay : {"sleep 1000 ms", "sleep 1600 ms", "sleep 3200 ms"}) {
            REQUIRE(watch.next() == "watch rv=50");
            watch.opens();
            CHECK(watch.fails(kind));
            CHECK(watch.next() == delay);
        }
    }
}

TEST_CASE("a watch begins at most once a second, however the last one ended") {
    watch_script watch;
    watch.lists("50");
    runtime::time_point last = watch.now;
    for (int i = 0; i < 10; ++i) {
        watch.now += 100ms;
        (void)watch.modified(std::to_string(60 + i));
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == "sleep 900 ms");
        CHECK(watch.now - last >= 1s);
        last = watch.now;
        REQUIRE(watch.next() == "watch rv=" + std::to_string(60 + i));
        watch.opens();
    }
}

}  // namespace
