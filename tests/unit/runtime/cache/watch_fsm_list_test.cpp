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

}  // namespace
