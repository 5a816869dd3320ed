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

TEST_CASE("a stream that ends after it worked is resumed at once") {
    for (const error_kind kind : {error_kind::stream_ended, error_kind::no_response}) {
        watch_script watch;
        watch.lists("50");
        watch.now += 1min;
        CHECK_FALSE(watch.fails(kind));
        CHECK(watch.next() == "watch rv=50");
    }
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

TEST_CASE("a server that supports streaming lists again gets one") {
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
