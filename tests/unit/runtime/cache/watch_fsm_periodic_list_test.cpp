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

TEST_CASE("a complete list is read periodically, between two watches") {
    const runtime::watch_policy policy;  // relists after 8 to 12 minutes
    watch_script watch(policy, 0.5);
    watch.lists("50");
    watch.now += 7min;
    (void)watch.fails(error_kind::stream_ended);
    const auto resumed = watch.fsm.next(watch.now);
    CHECK(resumed.step == runtime::watch_step::watch);
    CHECK(resumed.timeout == 3min);  // no longer than until the relist
    watch.opens();
    (void)watch.modified("60");
    watch.now += 3min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    CHECK(watch.next() == "stream_list rv= (begins)");
    SUBCASE("and the watch goes on from its resourceVersion") {
        watch.lists("70");
        watch.now += 5min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == "watch rv=70");
        SUBCASE("until that is expired") {
            CHECK_FALSE(watch.fails(error_kind::expired));
            CHECK(watch.next() == "stream_list rv= (begins)");
        }
        SUBCASE("until the next one") {
            watch.opens();
            watch.now += 5min;
            CHECK_FALSE(watch.fails(error_kind::stream_ended));
            CHECK(watch.next() == "stream_list rv= (begins)");
        }
    }
    SUBCASE("if it fails, the watch goes on from the last event, and the list is tried later") {
        watch.opens();
        CHECK(watch.added("10") == received_as::part_of_list);
        CHECK(watch.fails(error_kind::server));
        CHECK(watch.next() == "sleep 1200 ms");
        CHECK(watch.next() == "watch rv=60");
        SUBCASE("or at once if the last event is expired") {
            CHECK_FALSE(watch.fails(error_kind::expired));
            CHECK(watch.next() == "stream_list rv= (begins)");
            CHECK(watch.fails(error_kind::server));  // this list is needed
            CHECK(watch.next().substr(0, 6) == "sleep ");
            CHECK(watch.next() == "stream_list rv= (begins)");
            watch.lists("70");
            CHECK(watch.fsm.resource_version() == "70");
        }
        SUBCASE("not sooner") {
            watch.opens();
            watch.now += 80s;
            CHECK_FALSE(watch.fails(error_kind::stream_ended));
            CHECK(watch.next() == "watch rv=60");
        }
        SUBCASE("after two minutes") {
            watch.opens();
            watch.now += 2min;
            CHECK_FALSE(watch.fails(error_kind::stream_ended));
            CHECK(watch.next() == "stream_list rv= (begins)");
        }
    }
    SUBCASE("in pages, of which none is requested again") {
        CHECK_FALSE(watch.fails(error_kind::invalid));
        REQUIRE(watch.next() == "list_page rv= continue= (begins)");
        CHECK(watch.page("70", "token") == received_as::part_of_list);
        REQUIRE(watch.next() == "list_page rv= continue=token");
        CHECK(watch.fails(error_kind::server));
        CHECK_FALSE(watch.fsm.list_continues());
        CHECK(watch.next() == "sleep 1200 ms");
        CHECK(watch.next() == "watch rv=60");
    }
    SUBCASE("if it is older than what was seen, too") {
        watch.opens();
        CHECK(watch.list_ends("59") == received_as::refused);
        CHECK(watch.next() == "sleep 1200 ms");
        CHECK(watch.next() == "watch rv=60");
    }
}

TEST_CASE("a periodic list, complete or not, ends the count of server errors") {
    watch_script watch(runtime::watch_policy{}, 0.5);
    watch.lists("50");
    watch.now += 1min;
    CHECK_FALSE(watch.fails(error_kind::stream_ended));
    const auto four_errors = [&watch](const std::string& version) {
        for (int i = 0; i < 4; ++i) {
            REQUIRE(watch.next() == "watch rv=" + version);
            CHECK(watch.fails(error_kind::server));
            CHECK(watch.next().substr(0, 6) == "sleep ");
        }
    };
    four_errors("50");
    watch.now += 10min;
    REQUIRE(watch.next() == "stream_list rv= (begins)");
    SUBCASE("complete") {
        watch.lists("60");
        CHECK(watch.fails(error_kind::server));
        CHECK(watch.next().substr(0, 6) == "sleep ");
        CHECK(watch.next() == "watch rv=60");
    }
    SUBCASE("failed") {
        CHECK(watch.fails(error_kind::no_response));
        CHECK(watch.next().substr(0, 6) == "sleep ");
        four_errors("50");
        CHECK(watch.next() == "watch rv=50");
    }
}

TEST_CASE("a periodic list begins up to 30 seconds early, instead of a short watch") {
    for (const auto& [after, next] : std::vector<std::pair<std::chrono::seconds, std::string>>{
             {9min + 29s, "watch rv=50"}, {9min + 30s, "stream_list rv= (begins)"}}) {
        watch_script watch(runtime::watch_policy{}, 0.5);
        watch.lists("50");
        watch.now += after;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.next() == next);
    }
}

TEST_CASE("periodic lists are 8 to 12 minutes apart") {
    for (const auto& [random, expected] :
         std::vector<std::pair<double, std::chrono::seconds>>{{0.0, 8min}, {0.5, 10min}, {0.75, 11min}}) {
        runtime::watch_policy policy;
        policy.timeout_min = policy.timeout_max = 1h;
        watch_script watch(policy, random);
        watch.lists("50");
        watch.now += 1min;
        CHECK_FALSE(watch.fails(error_kind::stream_ended));
        CHECK(watch.fsm.next(watch.now).timeout == expected - 1min);
    }
}

}  // namespace
