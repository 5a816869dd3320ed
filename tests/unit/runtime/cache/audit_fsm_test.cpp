// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/audit_fsm.hpp"

#include "unit/runtime/cache/watch_script.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using runtime::audit_action;
using runtime::received_as;
using test::error_kind;

struct script {
    explicit script(double random = 0.5, runtime::watch_policy policy = {})
        : audit(policy, [random] { return random; }, guard) {
        guard.set("100");
        audit.listed(now);
    }
    /// The next action as text. A wait moves `now` to its end.
    std::string next(bool watch_open = true) {
        const auto action = audit.next(now, watch_open);
        switch (action.next) {
            case audit_action::step::stop:
                return "stop";
            case audit_action::step::wait: {
                const auto waited = std::chrono::duration_cast<std::chrono::seconds>(action.until - now);
                now = action.until;
                return fmt::format("wait {} s", waited.count());
            }
            case audit_action::step::stream_list:
                return action.begins_list ? "stream (begins)" : "stream";
            case audit_action::step::list_page:
                return fmt::format("page continue={} limit={}{}",
                                   action.continue_token,
                                   action.limit,
                                   action.begins_list ? " (begins)" : "");
        }
        return "?";
    }
    void begin() {
        REQUIRE(next() == "wait 600 s");
        REQUIRE(next() == "stream (begins)");
    }
    bool fails(error_kind kind, bool was_open = false) {
        return audit.failed(test::failure(kind), was_open, now);
    }

    runtime::time_point now{1h};
    runtime::version_guard guard;
    runtime::audit_fsm audit;
};

TEST_CASE("a list is read 8 to 12 minutes after the last complete one") {
    for (const auto& [random, wait] : std::vector<std::pair<double, std::string>>{
             {0.0, "wait 480 s"}, {0.5, "wait 600 s"}, {0.75, "wait 660 s"}}) {
        script run(random);
        CHECK(run.next() == wait);
        CHECK(run.next() == "stream (begins)");
        CHECK(run.audit.is_running());
        CHECK(run.audit.ended("100", run.now) == received_as::list_complete);
        CHECK_FALSE(run.audit.is_running());
        CHECK(run.next() == wait);
    }
}

TEST_CASE("no list is read before the watch has had one, and none at all without a period") {
    runtime::version_guard guard;
    runtime::audit_fsm unlisted(runtime::watch_policy{}, [] { return 0.5; }, guard);
    CHECK(unlisted.next(runtime::time_point{1h}, true).next == audit_action::step::wait);
    CHECK(unlisted.next(runtime::time_point{9h}, true).next == audit_action::step::wait);
    runtime::watch_policy never;
    never.relist_period = 0s;
    CHECK(script(0.5, never).next() == "stop");
}

TEST_CASE("a list that is due waits until the watch is open") {
    script run;
    REQUIRE(run.next() == "wait 600 s");
    CHECK(run.next(false) == "wait 30 s");
    CHECK(run.next() == "stream (begins)");
}

TEST_CASE("a list of the watch's own ends the audit and puts off the next one") {
    script run;
    run.begin();
    run.audit.abandon();
    CHECK_FALSE(run.audit.is_running());
    run.now += 5min;
    run.audit.listed(run.now);
    CHECK(run.next() == "wait 600 s");
}

TEST_CASE("a server that refuses streaming lists is asked again each time, and read in pages at once") {
    script run;
    for (int i = 0; i < 2; ++i) {
        run.begin();
        CHECK_FALSE(run.fails(i == 0 ? error_kind::invalid : error_kind::bad_request));
        CHECK(run.next() == "page continue= limit=500 (begins)");
        CHECK(run.audit.page("100", "token", run.now) == received_as::part_of_list);
        CHECK(run.next() == "page continue=token limit=500");
        CHECK(run.audit.page("100", "", run.now) == received_as::list_complete);
    }
}

TEST_CASE("a list that fails is tried again after two minutes, in pages if its stream broke off") {
    script run;
    run.begin();
    SUBCASE("before it began") {
        CHECK(run.fails(error_kind::server));
        CHECK(run.next() == "wait 120 s");
        CHECK(run.next() == "stream (begins)");
    }
    SUBCASE("in the middle") {
        CHECK(run.fails(error_kind::no_response, true));
        CHECK(run.next() == "wait 120 s");
        REQUIRE(run.next() == "page continue= limit=500 (begins)");
        CHECK(run.audit.page("100", "", run.now) == received_as::list_complete);
        run.begin();  // streamed again
    }
    SUBCASE("because the client is closed") {
        CHECK_FALSE(run.fails(error_kind::cancelled));
    }
}

TEST_CASE("a page that is too large is requested again at once with half the limit") {
    script run;
    run.begin();
    CHECK_FALSE(run.fails(error_kind::invalid));
    REQUIRE(run.next() == "page continue= limit=500 (begins)");
    CHECK_FALSE(run.fails(error_kind::too_large));
    CHECK(run.next() == "page continue= limit=250 (begins)");
}

TEST_CASE("a list older than what was seen when it began is refused, and tried again later") {
    script run;
    run.begin();
    SUBCASE("as a stream") {
        CHECK(run.audit.ended("99", run.now) == received_as::refused);
    }
    SUBCASE("as pages") {
        CHECK_FALSE(run.fails(error_kind::invalid));
        CHECK(run.audit.page("99", "token", run.now) == received_as::refused);
    }
    SUBCASE("not because the watch has seen more meanwhile") {
        run.guard.advance("110");
        CHECK(run.audit.ended("105", run.now) == received_as::list_complete);
        CHECK(run.next() == "wait 600 s");
        return;
    }
    SUBCASE("as one with the same continue token twice") {
        CHECK_FALSE(run.fails(error_kind::invalid));
        CHECK(run.audit.page("100", "token", run.now) == received_as::part_of_list);
        CHECK(run.audit.page("100", "token", run.now) == received_as::refused);
    }
    CHECK_FALSE(run.audit.is_running());
    CHECK(run.next() == "wait 120 s");
}

TEST_CASE("refused lists beside the watch prove that state went back in time, too") {
    script run;
    run.begin();
    for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(run.guard.went_back());
        CHECK(run.audit.ended("99", run.now) == received_as::refused);
        REQUIRE(run.next() == "wait 120 s");
        REQUIRE(run.next() == "stream (begins)");
    }
    CHECK(run.guard.went_back());
}

TEST_CASE("no list is read any more after stop()") {
    script run;
    run.begin();
    run.audit.stop();
    CHECK_FALSE(run.audit.is_running());
    CHECK(run.next() == "stop");
}

}  // namespace
