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

}  // namespace
