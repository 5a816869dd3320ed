// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection_pool.hpp"

#include "unit/net/client_fixture.hpp"

#include <atomic>
#include <chrono>
#include <list>
#include <string>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;
using net::method;
using namespace std::chrono_literals;

namespace {

using string_list = net::idle_list<std::string>;

constexpr method all_methods[] = {method::get, method::post, method::put, method::patch, method::delete_};

}  // namespace

TEST_CASE("the idle list gives the connection that was used last") {
    const string_list::time_point start{};
    string_list idle(60s);
    idle.put("first", start);
    idle.put("second", start + 1s);
    CHECK(idle.take() == "second");
    CHECK(idle.take() == "first");
    CHECK(idle.take() == std::nullopt);
}

TEST_CASE("the idle list drops a connection after the whole idle time") {
    const string_list::time_point start{};
    string_list idle(60s);
    CHECK(idle.next_expiry() == std::nullopt);
    idle.put("first", start);
    idle.put("second", start + 10s);
    CHECK(idle.next_expiry() == start + 60s);
    idle.expire(start + 60s - 1ns);
    CHECK(idle.size() == 2);
    idle.expire(start + 60s);
    CHECK(idle.size() == 1);
    CHECK(idle.next_expiry() == start + 70s);
    CHECK(idle.take() == "second");
    CHECK(idle.next_expiry() == std::nullopt);
}

TEST_CASE("the idle list drops connections that are not needed") {
    string_list::time_point now{};
    string_list idle(60s);
    idle.put("needed", now);
    idle.put("spare", now);
    CHECK(idle.take() == "spare");
    idle.put("spare", now);
    for (int i = 0; i < 10; ++i) {
        now += 10s;
        const auto used = idle.take();
        REQUIRE(used.has_value());
        CHECK(*used == "spare");
        idle.put(*used, now);
        idle.expire(now);
    }
    CHECK(idle.size() == 1);
}

TEST_CASE("the idle list drops all connections that are too old at once") {
    const string_list::time_point start{};
    string_list idle(60s);
    idle.put("first", start);
    idle.put("second", start + 1s);
    idle.put("third", start + 2s);
    idle.expire(start + 61s);
    CHECK(idle.size() == 1);
    CHECK(idle.take() == "third");
}

TEST_CASE("clear() drops all idle connections") {
    string_list idle(60s);
    idle.put("one", {});
    idle.clear();
    CHECK(idle.size() == 0);
    CHECK(idle.take() == std::nullopt);
}

TEST_CASE("a connection is reused") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    for (int i = 0; i < 10; ++i)
        REQUIRE(fixture.get());
    CHECK(server.connections() == 1);
    CHECK(server.requests().size() == 10);
}

TEST_CASE("a connection is not reused") {
    const auto connections_for_two = [](const std::string& first_answer) {
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [&first_answer](scripted_session& session, int) {
                                         while (!session.read_request().empty())
                                             session.write(first_answer);
                                     });
        client_fixture fixture(server.port());
        REQUIRE(fixture.get());
        REQUIRE(fixture.get());
        return server.connections();
    };
    CHECK(connections_for_two(harness::http_answer(200, "{}")) == 1);
    SUBCASE("when the response says Connection: close") {
        CHECK(connections_for_two(harness::http_answer(200, "{}", "Connection: close\r\n")) == 2);
    }
    SUBCASE("when bytes follow the response") {
        CHECK(connections_for_two(harness::http_answer(200, "{}") + "HTTP/1.1 200 OK\r\n") == 2);
    }
}

TEST_CASE("a connection is reused after a 409") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(409, "{}"));
    });
    client_fixture fixture(server.port());
    for (int i = 0; i < 3; ++i)
        CHECK(fixture.get()->status == 409);
    CHECK(server.connections() == 1);
}

TEST_CASE("more callers than connections wait for each other") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    auto limits = long_timeouts();
    limits.connections = 3;
    client_fixture fixture(server.port(), limits);
    std::list<pending_call> calls;
    for (int i = 0; i < 20; ++i)
        calls.emplace_back(fixture, request_for("/" + std::to_string(i)));
    for (auto& call : calls) {
        harness::run_until(fixture.io, [&call] { return call.ended(); });
        CHECK(call.response());
    }
    CHECK(server.connections() == 3);
    CHECK(server.requests().size() == 20);
}

TEST_CASE("a request times out while all connections are in use") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    auto limits = long_timeouts();
    limits.connections = 1;
    limits.total = 200ms;
    client_fixture fixture(server.port(), limits);
    pending_call first(fixture, request_for("/", method::post));
    pending_call second(fixture, request_for("/", method::post));
    harness::run_until(fixture.io, [&] { return first.ended() && second.ended(); });
    check_failed(first.response(), failure::read, true);
    REQUIRE_FALSE(second.response());
    CHECK(second.response()
              .error()
              .timeout);  // while waiting, or with the connection that became free in the last moment
    CHECK_FALSE(second.response().error().sent);
}

TEST_CASE("an idle connection that the server closed is replaced before the request is sent") {
    for (const auto verb : all_methods) {
        std::atomic<bool> closed{false};
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [&closed](scripted_session& session, int number) {
                                         static_cast<void>(session.read_request());
                                         session.write(harness::http_answer(200, "{}"));
                                         if (number == 0) {
                                             session.finish();
                                             closed = true;
                                         }
                                         respond_ok(session, number);
                                     });
        client_fixture fixture(server.port());
        REQUIRE(fixture.get());
        harness::run_until(fixture.io, [&closed] { return closed.load(); });
        CHECK(fixture.send(request_for("/", verb)));
        CHECK(server.connections() == 2);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("a request without a response on a reused connection is sent again, unless it is a POST") {
    for (const auto verb : all_methods) {
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [](scripted_session& session, int number) {
                                         static_cast<void>(session.read_request());
                                         session.write(harness::http_answer(200, "{}"));
                                         static_cast<void>(session.read_request());
                                         if (number == 0) {
                                             session.cut();
                                         } else {
                                             session.write(harness::http_answer(200, "{}"));
                                         }
                                     });
        client_fixture fixture(server.port());
        REQUIRE(fixture.get());
        const auto response = fixture.send(request_for("/again", verb));
        if (verb == method::post) {
            check_failed(response, failure::read);
            CHECK(response.error().sent);
            CHECK(server.requests().size() == 2);
        } else {
            CHECK(response);
            CHECK(server.requests().size() == 3);
        }
    }
}

TEST_CASE("a request is not sent again after a byte of its response") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        static_cast<void>(session.read_request());
        session.write("H");
    });
    client_fixture fixture(server.port());
    REQUIRE(fixture.get());
    check_failed(fixture.get(), failure::read);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a request that timed out is not sent again") {
    auto limits = long_timeouts();
    limits.header = 100ms;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        session.wait_until_closed();
    });
    client_fixture fixture(server.port(), limits);
    REQUIRE(fixture.get());
    check_failed(fixture.get(), failure::read, true);
    CHECK(server.connections() == 1);
}

TEST_CASE("a request that fails on a new connection is not sent again") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
    });
    client_fixture fixture(server.port());
    check_failed(fixture.get(), failure::read);
    CHECK(server.connections() == 1);
}

TEST_CASE("a request after a failed one uses a new connection") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int number) {
        if (number > 0) respond_ok(session, number);
    });
    client_fixture fixture(server.port());
    check_failed(fixture.get(), failure::read);
    CHECK(fixture.get());
}

TEST_CASE("an idle connection is closed after http_limits::idle") {
    std::atomic<bool> closed{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&closed](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        session.wait_until_closed();
        closed = true;
    });
    auto limits = long_timeouts();
    limits.idle = 20ms;
    client_fixture fixture(server.port(), limits);
    REQUIRE(fixture.get());
    harness::run_until(fixture.io, [&closed] { return closed.load(); });
    CHECK(closed);
}

TEST_CASE("each idle connection is closed after its own idle time") {
    std::atomic<int> closed{0};
    std::atomic<bool> go_on{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&](scripted_session& session, int number) {
        static_cast<void>(session.read_request());
        if (number == 1) go_on.wait(false);
        session.write(harness::http_answer(200, "{}"));
        session.wait_until_closed();
        ++closed;
    });
    auto limits = long_timeouts();
    limits.idle = 50ms;
    client_fixture fixture(server.port(), limits);
    pending_call first(fixture, request_for("/"));
    harness::run_until(fixture.io, [&] { return server.connections() == 1; });
    pending_call second(fixture, request_for("/"));
    harness::run_until(fixture.io, [&] { return first.ended(); });
    const auto later = std::chrono::steady_clock::now() + 20ms;
    harness::run_until(fixture.io, [&] { return std::chrono::steady_clock::now() > later; });
    go_on = true;
    go_on.notify_all();
    harness::run_until(fixture.io, [&] { return second.ended(); });
    harness::run_until(fixture.io, [&] { return closed == 2; });
}
