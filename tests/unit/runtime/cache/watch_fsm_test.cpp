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
    CHECK(watch.added("30") == received_as::part_of_view);
    CHECK(watch.added("10") == received_as::part_of_view);  // in no order
    CHECK(watch.bookmark("40") == received_as::nothing);    // not the end of the list
    CHECK_FALSE(watch.fsm.synced());
    CHECK(watch.list_ends("50") == received_as::view_complete);
    CHECK(watch.fsm.synced());
    CHECK(watch.modified("60") == received_as::change);
    CHECK(watch.fsm.resource_version() == "60");
}

TEST_CASE("what to do does not change until the outcome is told") {
    watch_script watch;
    CHECK(watch.next() == watch.next());
    watch.lists("50");
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "sleep 1000 ms");
    CHECK(watch.next() == "watch rv=50");
    CHECK(watch.next() == "watch rv=50");
}

TEST_CASE("a watch resumes from the last event or bookmark, never from an item of a list") {
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

TEST_CASE("a server without streaming lists is asked for pages, and from then on for pages only") {
    for (const error_kind refusal : {error_kind::invalid, error_kind::bad_request}) {
        watch_script watch;
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        CHECK_FALSE(watch.fails(refusal));
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token-1") == received_as::part_of_view);
        CHECK(watch.next() == "list_page rv= continue=token-1");
        CHECK(watch.page("50", "token-2") == received_as::part_of_view);
        CHECK(watch.next() == "list_page rv= continue=token-2");
        CHECK_FALSE(watch.fsm.synced());
        CHECK(watch.page("50") == received_as::view_complete);
        CHECK(watch.fsm.synced());
        watch.watches_for_a_minute("50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        CHECK(watch.next() == "list_page rv= continue= (begins)");
    }
}

TEST_CASE("a server that refuses pages as well is asked again after a delay") {
    watch_script watch;
    CHECK_FALSE(watch.fails(error_kind::invalid));
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.fails(error_kind::invalid));
    CHECK(watch.next() == "sleep 800 ms");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
}

TEST_CASE("a streaming list that breaks off starts again, and after three times pages are tried") {
    watch_script watch;
    for (const char* delay : {"sleep 800 ms", "sleep 1600 ms"}) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.added("10") == received_as::part_of_view);
        CHECK(watch.fails(error_kind::no_response));
        CHECK(watch.next() == delay);
    }
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.opens();
    CHECK(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "sleep 3200 ms");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
    CHECK_FALSE(watch.fsm.synced());
    // It has them all the same, and they are cheaper for both: once is enough.
    CHECK(watch.page("50") == received_as::view_complete);
    watch.watches_for_a_minute("50");
    CHECK_FALSE(watch.fails(error_kind::expired));
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("pages that stand in for streaming lists and fail too give way to them again") {
    watch_script watch;
    for (int i = 0; i < 3; ++i) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.fails(error_kind::stream_ended));
        CHECK(watch.next().substr(0, 6) == "sleep ");
    }
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.fails(error_kind::no_response));
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("lists that cannot begin do not speak against streaming") {
    watch_script watch;
    for (int i = 0; i < 10; ++i) {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        CHECK(watch.fails(i % 2 == 0 ? error_kind::no_response : error_kind::server));
        (void)watch.next();
    }
    CHECK(watch.next() == "stream_list rv= (begins)");
}

TEST_CASE("410 leads to a new list, whatever its shape") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    SUBCASE("as the answer to a watch") {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK_FALSE(watch.fails(error_kind::expired));
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("as an event within a watch") {
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
        CHECK(watch.page("60", "token") == received_as::part_of_view);
        REQUIRE(watch.next() == "list_page rv= continue=token");
        CHECK(watch.fails(error_kind::expired));
        CHECK(watch.next() == "sleep 800 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
    }
}

TEST_CASE("410 again and again is waited for longer and longer, whatever came in between") {
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

TEST_CASE("a failure to watch keeps the version or lists anew, by its kind") {
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
                continue;  // a stream that broke: see below
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

TEST_CASE("the fifth server error in a row is answered with a new list") {
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
    SUBCASE("not with a watch that worked in between") {
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

TEST_CASE("a page that fails for a passing reason is asked for again, and the view goes on") {
    for (const error_kind kind : {error_kind::no_response,
                                  error_kind::server,
                                  error_kind::server_timeout,
                                  error_kind::too_many_requests}) {
        CAPTURE(kube::to_string(kind));
        watch_script watch;
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token") == received_as::part_of_view);
        for (int i = 0; i < 10; ++i) {
            REQUIRE(watch.next() == "list_page rv= continue=token");
            CHECK(watch.fails(kind));
            CHECK(watch.fsm.inside_view());
            CHECK(watch.next().substr(0, 6) == "sleep ");
        }
        SUBCASE("until it comes") {
            CHECK(watch.page("50", "token 2") == received_as::part_of_view);
            REQUIRE(watch.next() == "list_page rv= continue=token 2");
            CHECK(watch.fails(kind));
            CHECK(watch.next().substr(0, 6) == "sleep ");
            CHECK(watch.page("50") == received_as::view_complete);
        }
        SUBCASE("ten times") {
            REQUIRE(watch.next() == "list_page rv= continue=token");
            CHECK(watch.fails(kind));
            CHECK_FALSE(watch.fsm.inside_view());
            CHECK(watch.next().substr(0, 6) == "sleep ");
            CHECK(watch.next() == "list_page rv= continue= (begins)");
        }
    }
}

TEST_CASE("a page that is too large is asked for with half as many objects, at once, down to one") {
    auto policy = watch_script::calm();
    policy.page_size = 5;
    watch_script watch(policy);
    (void)watch.fails(error_kind::invalid);
    CHECK(watch.fsm.next(watch.now).limit == 5);
    CHECK_FALSE(watch.fails(error_kind::too_large));
    CHECK(watch.fsm.next(watch.now).limit == 2);
    CHECK(watch.page("50", "token") == received_as::part_of_view);
    CHECK_FALSE(watch.fails(error_kind::too_large));
    CHECK(watch.next() == "list_page rv= continue=token");
    CHECK(watch.fsm.next(watch.now).limit == 1);
    CHECK(watch.fails(error_kind::too_large));
    CHECK(watch.next().substr(0, 6) == "sleep ");
    CHECK(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.fsm.next(watch.now).limit == 1);
}

TEST_CASE("a list that fails for good starts again from the beginning, after a delay") {
    for (const error_kind kind :
         {error_kind::malformed, error_kind::not_found, error_kind::forbidden, error_kind::unauthorized}) {
        CAPTURE(kube::to_string(kind));
        watch_script watch;
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("50", "token") == received_as::part_of_view);
        REQUIRE(watch.next() == "list_page rv= continue=token");
        CHECK(watch.fails(kind));
        CHECK(watch.next().substr(0, 6) == "sleep ");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK_FALSE(watch.fsm.synced());
    }
}

TEST_CASE("refused permission and a missing resource are waited for patiently, up to a minute") {
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

TEST_CASE("Retry-After is obeyed when it is longer than the own delay") {
    watch_script watch;
    watch.lists("50");
    watch.now += 1min;
    (void)watch.fails(error_kind::stream_ended);
    for (const auto& [asked, slept] : std::vector<std::pair<std::chrono::milliseconds, std::string>>{
             {7s, "sleep 7000 ms"}, {1ms, "sleep 1600 ms"}}) {
        REQUIRE(watch.next() == "watch rv=50");
        CHECK(watch.fails(error_kind::too_many_requests, asked));
        CHECK(watch.next() == slept);
    }
}

TEST_CASE("delays grow to half a minute, with jitter, and start again after two quiet minutes") {
    watch_script watch(watch_script::calm(), 0.5);
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

TEST_CASE("a stream that breaks after it worked is taken up again at once") {
    for (const error_kind kind : {error_kind::stream_ended, error_kind::no_response}) {
        watch_script watch;
        watch.lists("50");
        watch.now += 1min;
        CHECK_FALSE(watch.fails(kind));
        CHECK(watch.next() == "watch rv=50");
    }
}

TEST_CASE("a watch that ends within a second and told nothing has failed") {
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

TEST_CASE("a watch is not begun more than once a second, however it ends") {
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

TEST_CASE("a list that is older than what was seen is refused and asked for again") {
    watch_script watch;
    watch.lists("500");
    (void)watch.modified("600");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    SUBCASE("as a stream") {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.added("90") == received_as::part_of_view);
        CHECK(watch.list_ends("599") == received_as::refused);
        CHECK(watch.fsm.refusal().find("older state") != std::string_view::npos);
        CHECK(watch.next() == "sleep 800 ms");
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.list_ends("600") == received_as::view_complete);
    }
    SUBCASE("as pages, the first already") {
        (void)watch.fails(error_kind::invalid);
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("99", "token") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("99") == received_as::refused);
        CHECK(watch.next() == "sleep 1600 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("1000") == received_as::view_complete);
    }
    CHECK(watch.fsm.synced());
}

TEST_CASE("versions that cannot be compared are no reason to refuse a list") {
    watch_script watch;
    watch.lists("b");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    watch.lists("a");
    CHECK(watch.fsm.resource_version() == "a");
}

TEST_CASE("a list that cannot be right is refused") {
    watch_script watch;
    SUBCASE("without a version") {
        REQUIRE(watch.next() == "stream_list rv= (begins)");
        watch.opens();
        CHECK(watch.list_ends("") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
    }
    SUBCASE("that turns in a circle") {
        (void)watch.fails(error_kind::invalid);
        (void)watch.next();
        CHECK(watch.page("50", "token") == received_as::part_of_view);
        (void)watch.next();
        CHECK(watch.page("50", "token") == received_as::refused);
        CHECK(watch.next() == "sleep 800 ms");
        CHECK(watch.next() == "list_page rv= continue= (begins)");
    }
    CHECK_FALSE(watch.fsm.synced());
}

TEST_CASE("the time-out of a watch is spread over five to ten minutes") {
    for (const auto& [random, expected] :
         std::vector<std::pair<double, std::chrono::seconds>>{{0.0, 300s}, {0.5, 450s}, {0.999, 599s}}) {
        watch_script watch(watch_script::calm(), random);
        CHECK(watch.fsm.next(watch.now).timeout == expected);
        watch.lists("50");
        watch.now += 1min;
        (void)watch.fails(error_kind::stream_ended);
        CHECK(watch.fsm.next(watch.now).timeout == expected);
    }
}

TEST_CASE("a complete view is read again when the last one is old, between two watches") {
    runtime::watch_policy policy;  // an audit after 8 to 12 minutes
    watch_script watch(policy, 0.5);
    watch.lists("50");
    watch.now += 7min;
    (void)watch.fails(error_kind::stream_ended);
    const auto resumed = watch.fsm.next(watch.now);
    CHECK(resumed.step == runtime::watch_step::watch);
    CHECK(resumed.timeout == 3min);  // no longer than until the audit
    watch.opens();
    (void)watch.modified("60");
    watch.now += 3min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "stream_list rv= (begins)");
    SUBCASE("and then the watch goes on from there") {
        watch.lists("70");
        watch.now += 5min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == "watch rv=70");
    }
    SUBCASE("but if it cannot be read, the watch goes on as it was, and the audit comes later") {
        watch.opens();
        CHECK(watch.added("10") == received_as::part_of_view);
        CHECK(watch.fails(error_kind::server));
        CHECK(watch.next() == "sleep 1200 ms");
        CHECK(watch.next() == "watch rv=60");
        watch.opens();
        watch.now += 2min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == "stream_list rv= (begins)");
    }
    SUBCASE("or if it is older than what was seen") {
        watch.opens();
        CHECK(watch.list_ends("59") == received_as::refused);
        CHECK(watch.next() == "sleep 1200 ms");
        CHECK(watch.next() == "watch rv=60");
    }
}

TEST_CASE("a watch that is stopped, or whose client is closed, ends") {
    watch_script watch;
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    SUBCASE("before an answer, which then changes nothing") {
        watch.fsm.stop();
        CHECK(watch.page("50") == received_as::nothing);
        CHECK(watch.page("50", "token") == received_as::nothing);
        watch.opens();
        CHECK(watch.list_ends("50") == received_as::nothing);
        CHECK_FALSE(watch.fsm.synced());
    }
    SUBCASE("before") {
        watch.fsm.stop();
    }
    SUBCASE("by the client, when it begins") {
        CHECK_FALSE(watch.fails(error_kind::cancelled));
    }
    SUBCASE("by the client, in the stream") {
        watch.lists("50");
        CHECK_FALSE(watch.fails(error_kind::cancelled));
    }
    SUBCASE("while it sleeps") {
        CHECK(watch.fails(error_kind::server));
        watch.fsm.stop();
    }
    SUBCASE("while a stream runs, whose end then changes nothing") {
        watch.lists("50");
        watch.fsm.stop();
        CHECK_FALSE(watch.fails(error_kind::server));
    }
    CHECK(watch.next() == "stop");
}

TEST_CASE(
    "a watch from now on takes the version of one page, whatever more there is, and no history after a 410") {
    auto policy = watch_script::calm();
    policy.from_now = true;
    watch_script watch(policy);
    CHECK(watch.fsm.next(watch.now).limit == 1);
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("50", "token-1") == received_as::view_complete);
    CHECK(watch.next() == "watch rv=50");
    watch.opens();
    CHECK(watch.added("60") == received_as::change);
    watch.now += 5min;
    CHECK_FALSE(watch.fails(error_kind::expired));
    REQUIRE(watch.next() == "list_page rv= continue= (begins)");
    CHECK(watch.page("900", "token-2") == received_as::view_complete);
    CHECK(watch.next() == "watch rv=900");
}

}  // namespace
