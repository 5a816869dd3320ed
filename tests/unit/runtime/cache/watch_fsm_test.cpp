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

TEST_CASE("a watch begins with a streaming list of the newest state and goes on in the same stream") {
    watch_script watch;
    CHECK(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.added("30") == received_as::part_of_list);
    CHECK(watch.added("10") == received_as::part_of_list);  // in no order
    CHECK(watch.bookmark("40") == received_as::nothing);    // not the end of the list
    CHECK_FALSE(watch.fsm.synced());
    CHECK(watch.list_ends("50") == received_as::list_complete);
    CHECK(watch.fsm.synced());
    CHECK(watch.modified("60") == received_as::change);
    CHECK(watch.guard.version() == "60");
}

TEST_CASE("the next action stays the same until its result is given") {
    watch_script watch;
    CHECK(watch.next() == watch.next());
    watch.lists("50");
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "sleep 1000 ms");
    CHECK(watch.next() == "watch rv=50");
    CHECK(watch.next() == "watch rv=50");
}

TEST_CASE("a watch resumes from the last event or bookmark, not from an item of a list") {
    struct row {
        std::string_view name;
        void (*happens)(watch_script&);
        std::string resumes;
    };
    const std::vector<row> rows{
        {"nothing but the list", [](watch_script& w) { (void)w.next(); }, "50"},
        {"an event", [](watch_script& w) { (void)w.modified("60"); }, "60"},
        {"a bookmark", [](watch_script& w) { (void)w.bookmark("70"); }, "70"},
        {"events and bookmarks",
         [](watch_script& w) {
             (void)w.modified("60");
             (void)w.bookmark("70");
             (void)w.modified("80");
         },
         "80"},
        {"an older event",
         [](watch_script& w) {
             (void)w.modified("60");
             (void)w.modified("55");
         },
         "60"},
    };
    for (const row& each : rows) {
        CAPTURE(each.name);
        watch_script watch;
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        (void)watch.added("99");
        (void)watch.list_ends("50");
        each.happens(watch);
        watch.now += 5min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == "watch rv=" + each.resumes);
    }
}

TEST_CASE("a server without streaming lists is listed in pages, also the next time") {
    for (const error_kind refusal : {error_kind::invalid, error_kind::bad_request}) {
        watch_script watch;
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        CHECK_FALSE(watch.fails(refusal));
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token-1") == received_as::part_of_list);
        CHECK(watch.next() == "list_page rv= continue=token-1");
        CHECK(watch.page("50", "token-2") == received_as::part_of_list);
        CHECK(watch.next() == "list_page rv= continue=token-2");
        CHECK_FALSE(watch.fsm.synced());
        CHECK(watch.page("50") == received_as::list_complete);
        CHECK(watch.fsm.synced());
        watch.watches_for_a_minute("50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        CHECK(watch.next() == "list_page rv= continue= (begins)");
    }
}

TEST_CASE("a server that refuses pages too is retried after a delay") {
    watch_script watch;
    CHECK_FALSE(watch.fails(error_kind::invalid));
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.fails(error_kind::invalid));
    CHECK(watch.next() == "sleep 800 ms");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
}

TEST_CASE("a streaming list that breaks off starts again; after three times pages are used") {
    watch_script watch;
    for (const char* delay : {"sleep 800 ms", "sleep 1600 ms"}) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.added("10") == received_as::part_of_list);
        CHECK(watch.fails(error_kind::no_response));
        CHECK(watch.next() == delay);
    }
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "sleep 3200 ms");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
    CHECK_FALSE(watch.fsm.synced());
    // Streaming lists are cheaper: they are tried again for the next list.
    CHECK(watch.page("50") == received_as::list_complete);
    watch.watches_for_a_minute("50");
    CHECK_FALSE(watch.fails(error_kind::expired));
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("streaming lists are tried again when the pages used instead of them fail") {
    watch_script watch;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.fails(error_kind::stream_ended));
        CHECK(watch.next().substr(0, 6) == "sleep ");
    }
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    SUBCASE("because of a transient failure") {
        CHECK(watch.fails(error_kind::no_response));
    }
    SUBCASE("because the server refuses them") {
        CHECK(watch.fails(error_kind::invalid));
    }
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.fails(error_kind::stream_ended));  // the first of three again
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("a complete streaming list ends the count of those that broke off") {
    watch_script watch;
    for (int i = 0; i < 2; ++i) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.fails(error_kind::stream_ended));
        CHECK(watch.next().substr(0, 6) == "sleep ");
    }
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.lists("50");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.fails(error_kind::stream_ended));
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("a streaming list that was opened is supported, whatever ends it") {
    watch_script watch;
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.fails(error_kind::invalid));
    CHECK(watch.next() == "sleep 800 ms");
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("a streaming list that is too large is retried after a delay") {
    watch_script watch;
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    CHECK(watch.fails(error_kind::too_large));
    CHECK(watch.next() == "sleep 800 ms");
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    (void)watch.fails(error_kind::invalid);
    CHECK(watch.fsm.next(watch.now).limit == 500);  // the limit of a page is as before
}

TEST_CASE("a streaming list that does not begin does not lead to pages") {
    watch_script watch;
    for (int i = 0; i < 10; ++i) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        CHECK(watch.fails(i % 2 == 0 ? error_kind::no_response : error_kind::server));
        (void)watch.next();
    }
    CHECK(watch.next() == "stream_list rv= (begins)");
}

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

TEST_CASE("a page that fails for a transient reason is requested again, and the list goes on") {
    for (const error_kind kind : {error_kind::no_response,
                                  error_kind::server,
                                  error_kind::server_timeout,
                                  error_kind::too_many_requests}) {
        CAPTURE(kube::to_string(kind));
        watch_script watch;
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token") == received_as::part_of_list);
        for (int i = 0; i < 10; ++i) {
            REQUIRE(watch.next() == "list_page rv= continue=token");
            CHECK(watch.fails(kind));
            CHECK(watch.fsm.list_continues());
            CHECK(watch.next().substr(0, 6) == "sleep ");
        }
        SUBCASE("until it is served") {
            CHECK(watch.page("50", "token 2") == received_as::part_of_list);
            REQUIRE(watch.next() == "list_page rv= continue=token 2");
            CHECK(watch.fails(kind));
            CHECK(watch.next().substr(0, 6) == "sleep ");
            REQUIRE(watch.next() == "list_page rv= continue=token 2");
            CHECK(watch.page("50") == received_as::list_complete);
        }
        SUBCASE("up to ten times") {
            REQUIRE(watch.next() == "list_page rv= continue=token");
            CHECK(watch.fails(kind));
            CHECK_FALSE(watch.fsm.list_continues());
            CHECK(watch.next().substr(0, 6) == "sleep ");
            CHECK(watch.next() == "list_page rv= continue= (begins)");
        }
    }
}

TEST_CASE("a page that is too large is requested again at once with half the limit, down to one object") {
    auto policy = watch_script::without_relist();
    policy.page_size = 5;
    watch_script watch(policy);
    (void)watch.fails(error_kind::invalid);
    CHECK(watch.fsm.next(watch.now).limit == 5);
    CHECK_FALSE(watch.fails(error_kind::too_large));
    CHECK(watch.fsm.next(watch.now).limit == 2);
    CHECK(watch.page("50", "token") == received_as::part_of_list);
    CHECK_FALSE(watch.fails(error_kind::too_large));
    CHECK(watch.next() == "list_page rv= continue=token");
    CHECK(watch.fsm.next(watch.now).limit == 1);
    CHECK(watch.fails(error_kind::too_large));
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.fsm.next(watch.now).limit == 1);
}

TEST_CASE("a list that fails for another reason starts again from its beginning, after a delay") {
    for (const error_kind kind :
         {error_kind::malformed, error_kind::not_found, error_kind::forbidden, error_kind::unauthorized}) {
        CAPTURE(kube::to_string(kind));
        watch_script watch;
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token") == received_as::part_of_list);
        REQUIRE(watch.next() == "list_page rv= continue=token");
        CHECK(watch.fails(kind));
        CHECK(watch.next().substr(0, 6) == "sleep ");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK_FALSE(watch.fsm.synced());
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

TEST_CASE("a stream that ends after it worked is resumed at once") {
    for (const error_kind kind : {error_kind::stream_ended, error_kind::no_response}) {
        watch_script watch;
        watch.lists("50");
        watch.now += 1min;
        CHECK_FALSE(watch.fails(kind));
        CHECK(watch.next() == "watch rv=50");
    }
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

TEST_CASE("a list older than what was seen is refused and read again") {
    watch_script watch;
    watch.lists("500");
    (void)watch.modified("600");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    SUBCASE("as a stream") {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.added("90") == received_as::part_of_list);
        CHECK(watch.list_ends("599") == received_as::refused);
        CHECK(watch.guard.refusal().find("older than what was read before") != std::string_view::npos);
        CHECK(watch.next() == "sleep 800 ms");
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        SUBCASE("that is newer") {
            watch.opens();
            CHECK(watch.list_ends("600") == received_as::list_complete);
        }
        SUBCASE("by a server without streaming lists") {
            CHECK_FALSE(watch.fails(error_kind::invalid));
            CHECK(watch.next() == "list_page rv= continue= (begins)");
        }
    }
    SUBCASE("as pages, at the first page") {
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("99", "token") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("99") == received_as::refused);
        CHECK(watch.next() == "sleep 1600 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("1000") == received_as::list_complete);
    }
    CHECK(watch.fsm.synced());
}

TEST_CASE("a watch that shows a version older than where it began leads to a list") {
    watch_script watch;
    watch.lists("500");
    (void)watch.modified("600");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    REQUIRE(watch.next() == "watch rv=600");
    watch.opens();
    SUBCASE("in a bookmark") {
        CHECK(watch.bookmark("599") == received_as::refused);
    }
    SUBCASE("in an event") {
        CHECK(watch.modified("599") == received_as::refused);
    }
    CHECK(watch.guard.refusal().find("watch is older") != std::string_view::npos);
    CHECK(watch.next() == "sleep 800 ms");
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.lists("700");
    CHECK(watch.bookmark("650") == received_as::refused);
}

TEST_CASE("a watch that was silent until its connection broke leads to a list") {
    for (const bool had_bookmark : {false, true}) {
        watch_script watch;
        watch.lists("500");
        watch.now += 1min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        REQUIRE(watch.next() == "watch rv=500");
        watch.opens();
        if (had_bookmark) (void)watch.bookmark("500");
        watch.now += 79s;
        SUBCASE("after less than a minute and a half it is resumed") {
            CHECK_FALSE(watch.fails(error_kind::no_response));
            CHECK(watch.next() == "watch rv=500");
        }
        SUBCASE("after more it is not") {
            watch.now += 1s;
            CHECK_FALSE(watch.fails(error_kind::no_response));
            CHECK(watch.next() == (had_bookmark ? "watch rv=500" : "stream_list rv= (begins)"));
        }
        SUBCASE("a clean end is no silence") {
            watch.now += 5min;
            CHECK_FALSE(watch.fails(error_kind::stream_ended));
            CHECK(watch.next() == "watch rv=500");
        }
    }
}

TEST_CASE("a list is not refused if its resourceVersion cannot be compared") {
    watch_script watch;
    watch.lists("b");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.lists("a");
    CHECK(watch.guard.version() == "a");
}

TEST_CASE("an invalid list is refused") {
    watch_script watch;
    SUBCASE("without a resourceVersion") {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.list_ends("") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
    }
    SUBCASE("with the same continue token twice") {
        (void)watch.fails(error_kind::invalid);
        (void)watch.next();
        CHECK(watch.page("50", "token") == received_as::part_of_list);
        (void)watch.next();
        CHECK(watch.page("50", "token") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
    }
    CHECK_FALSE(watch.fsm.synced());
}

TEST_CASE("the timeout of a watch is between five and ten minutes") {
    for (const auto& [random, expected] :
         std::vector<std::pair<double, std::chrono::seconds>>{{0.0, 300s}, {0.5, 450s}, {0.999, 599s}}) {
        watch_script watch(watch_script::without_relist(), random);
        CHECK(watch.fsm.next(watch.now).timeout == expected);
        watch.lists("50");
        watch.now += 1min;
        (void)watch.fails(error_kind::stream_ended);
        CHECK(watch.fsm.next(watch.now).timeout == expected);
    }
}

TEST_CASE("a server that streams lists again is listed so") {
    watch_script watch;
    (void)watch.fails(error_kind::invalid);
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("50") == received_as::list_complete);
    watch.fsm.use_streams();
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("a watch is open from its list's end or its opening until it fails") {
    watch_script watch;
    watch.opens();
    CHECK_FALSE(watch.fsm.is_watching());
    CHECK(watch.list_ends("50") == received_as::list_complete);
    CHECK(watch.fsm.is_watching());
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    CHECK_FALSE(watch.fsm.is_watching());
    REQUIRE(watch.next() == "watch rv=50");
    watch.opens();
    CHECK(watch.fsm.is_watching());
}

TEST_CASE("a watch ends when it is stopped or its client is closed") {
    watch_script watch;
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    SUBCASE("before a response, which then changes nothing") {
        watch.fsm.stop();
        CHECK(watch.page("50") == received_as::nothing);
        CHECK(watch.page("50", "token") == received_as::nothing);
        watch.opens();
        CHECK(watch.list_ends("50") == received_as::nothing);
        CHECK_FALSE(watch.fsm.synced());
    }
    SUBCASE("before the first request") {
        watch.fsm.stop();
    }
    SUBCASE("by the client, before the response") {
        CHECK_FALSE(watch.fails(error_kind::cancelled));
    }
    SUBCASE("by the client, during the stream") {
        watch.lists("50");
        CHECK_FALSE(watch.fails(error_kind::cancelled));
    }
    SUBCASE("during a sleep") {
        CHECK(watch.fails(error_kind::server));
        watch.fsm.stop();
    }
    SUBCASE("during a stream, whose end then changes nothing") {
        watch.lists("50");
        watch.fsm.stop();
        CHECK_FALSE(watch.fails(error_kind::server));
    }
    CHECK(watch.next() == "stop");
}

TEST_CASE("with from_now a watch begins at the version of the first page, also after a 410") {
    auto policy = watch_script::without_relist();
    policy.from_now = true;
    watch_script watch(policy);
    CHECK(watch.fsm.next(watch.now).limit == 1);
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("50", "token-1") == received_as::list_complete);
    CHECK(watch.next() == "watch rv=50");
    watch.opens();
    CHECK(watch.added("60") == received_as::change);
    watch.now += 5min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("900", "token-2") == received_as::list_complete);
    CHECK(watch.next() == "watch rv=900");
    watch.opens();
    watch.now += 5min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("700") == received_as::list_complete);  // nothing is known that it could contradict
    CHECK(watch.next() == "watch rv=700");
    watch.fsm.use_streams();
    watch.now += 5min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    CHECK(watch.next() == "list_page rv= continue= (begins)");
}

}  // namespace
