// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/optional_watch_source.hpp"

#include "support/run.hpp"

#include <boost/asio/detached.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using kube::error_kind;

namespace {

/// A server that denies, or answers an empty list.
class server final : public runtime::watch_source {
 public:
    std::optional<error_kind> refuses = error_kind::forbidden;
    int asked = 0;

    boost::asio::awaitable<kube::result<kube::list_page>> list(kube::list_options) override {
        ++asked;
        if (refuses) co_return kube::error(*refuses, "no");
        co_return kube::list_page{};
    }
    boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options) override {
        ++asked;
        co_return kube::error(refuses.value_or(error_kind::stream_ended), "no");
    }
};

struct fixture {
    boost::asio::io_context io;
    server behind;
    bool needed = false;
    std::vector<bool> denials;
    reconcile::optional_watch_source source{io.get_executor(),
                                            behind,
                                            [this] { return needed; },
                                            [this](bool denied) { denials.push_back(denied); }};
    std::optional<kube::result<kube::list_page>> answer;

    void ask() {
        boost::asio::co_spawn(
            io, source.list({}), [this](const std::exception_ptr&, kube::result<kube::list_page> got) {
                answer = std::move(got);
            });
        settle();
    }
    void settle() {
        io.restart();
        io.poll();
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a denied watch that is not needed does not return until it is needed") {
    ask();
    CHECK_FALSE(answer);
    CHECK(behind.asked == 1);
    CHECK(denials == std::vector{true});
    source.wake();  // for nothing
    settle();
    CHECK(behind.asked == 1);

    needed = true;
    source.wake();
    settle();
    CHECK(behind.asked == 2);
    REQUIRE(answer);
    CHECK(answer->error().kind == error_kind::forbidden);
    CHECK(denials == std::vector{true});
}

TEST_CASE_FIXTURE(fixture, "a denied watch that is needed, any other error and a response return at once") {
    needed = true;
    ask();
    REQUIRE(answer);
    CHECK(answer->error().kind == error_kind::forbidden);
    needed = false;
    behind.refuses = error_kind::server;
    ask();
    CHECK(answer->error().kind == error_kind::server);
    CHECK(denials == std::vector{true});  // which says nothing about rights
    behind.refuses.reset();
    ask();
    CHECK(answer->has_value());
    CHECK(denials == std::vector{true, false});
}

TEST_CASE_FIXTURE(fixture, "a watch that was allowed meanwhile succeeds when it is needed") {
    ask();
    behind.refuses.reset();
    needed = true;
    source.wake();
    settle();
    REQUIRE(answer);
    CHECK(answer->has_value());
    CHECK(denials == std::vector{true, false});
}

TEST_CASE_FIXTURE(fixture, "stop ends the wait") {
    ask();
    CHECK_FALSE(answer);
    source.stop();
    settle();
    REQUIRE(answer);
    CHECK(answer->has_error());
}
