// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <atomic>
#include <chrono>
#include <optional>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;
using net::method;
using namespace std::chrono_literals;

TEST_CASE("close() ends running, waiting and later calls, and leaves no work behind") {
    std::atomic<bool> asked{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&asked](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        static_cast<void>(session.read_request());
        asked = true;
        session.wait_until_closed();
    });
    auto limits = long_timeouts();
    limits.connections = 1;
    client_fixture fixture(server.port(), limits);
    REQUIRE(fixture.get());
    pending_call running(fixture, request_for("/", method::put));
    pending_call waiting(fixture, request_for("/", method::put));
    harness::run_until(fixture.io, [&asked] { return asked.load(); });
    fixture.client->close();
    fixture.io.restart();
    fixture.io.run_for(10s);
    CHECK(fixture.io.stopped());
    check_failed(running.response(), failure::cancelled);
    CHECK(running.response().error().sent);
    check_failed(waiting.response(), failure::cancelled);
    CHECK_FALSE(waiting.response().error().sent);
    check_failed(fixture.get(), failure::cancelled);
    CHECK(server.requests().size() == 2);  // the running request was not sent again
}

TEST_CASE("a call that is cancelled through its slot returns an error, and its connection is not reused") {
    std::atomic<bool> asked{false};
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [&asked](scripted_session& session, int number) {
                                     static_cast<void>(session.read_request());
                                     session.write(harness::http_answer(200, "{}"));
                                     static_cast<void>(session.read_request());
                                     asked = true;
                                     if (number > 0) session.write(harness::http_answer(200, "{}"));
                                     session.wait_until_closed();
                                 });
    client_fixture fixture(server.port());
    REQUIRE(fixture.get());
    const auto request = request_for("/", method::put);
    boost::asio::cancellation_signal cancel;
    std::optional<net::result<net::response>> response;
    const auto on_end = [&response](std::exception_ptr fault, net::result<net::response> got) {
        if (!fault) response.emplace(std::move(got));
    };
    boost::asio::co_spawn(fixture.io,
                          fixture.client->send(request),
                          boost::asio::bind_cancellation_slot(cancel.slot(), on_end));
    harness::run_until(fixture.io, [&asked] { return asked.load(); });
    cancel.emit(boost::asio::cancellation_type::terminal);
    harness::run_until(fixture.io, [&response] { return response.has_value(); });
    check_failed(*response, failure::cancelled);
    CHECK(response->error().sent);
    CHECK(fixture.get());
    CHECK(server.connections() == 2);
}

TEST_CASE("close() ends a handshake") {
    harness::server_options options;
    options.tls = false;
    const scripted_server server(
        test_ca().issue_for_loopback(),
        [](scripted_session& session, int) { session.wait_until_closed(); },
        options);
    client_fixture fixture(server.port());
    pending_call running(fixture, request_for("/"));
    harness::run_until(fixture.io, [&server] { return server.connections() == 1; });
    fixture.client->close();
    fixture.io.restart();
    fixture.io.run_for(10s);
    CHECK(fixture.io.stopped());
    check_failed(running.response(), failure::cancelled);
}

TEST_CASE("a client may be destroyed while its calls run") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    client_fixture fixture(server.port());
    pending_call running(fixture, request_for("/"));
    harness::run_until(fixture.io, [&server] { return server.connections() == 1; });
    fixture.client.reset();
    fixture.io.restart();
    fixture.io.run_for(10s);
    CHECK(fixture.io.stopped());
    check_failed(running.response(), failure::cancelled);
}

TEST_CASE("the io_context may be destroyed while calls run") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    auto limits = long_timeouts();
    limits.connections = 1;
    client_fixture fixture(server.port(), limits);
    const pending_call running(fixture, request_for("/"));
    const pending_call waiting(fixture, request_for("/"));
    harness::run_until(fixture.io, [&server] { return server.connections() == 1; });
    CHECK_FALSE(running.ended());
    CHECK_FALSE(waiting.ended());
}

TEST_CASE(
    "a call that is cancelled when a connection becomes free for it leaves the connection to the next") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    auto limits = long_timeouts();
    limits.connections = 1;
    client_fixture fixture(server.port(), limits);
    const auto request = request_for("/");
    boost::asio::cancellation_signal cancel;
    bool first_ended = false;
    bool second_ended = false;
    boost::asio::co_spawn(
        fixture.io, fixture.client->send(request), [&](const std::exception_ptr&, const auto& response) {
            CHECK(response);
            first_ended = true;
            cancel.emit(boost::asio::cancellation_type::terminal);
        });
    boost::asio::co_spawn(
        fixture.io,
        fixture.client->send(request),
        boost::asio::bind_cancellation_slot(
            cancel.slot(), [&](const std::exception_ptr&, const auto&) { second_ended = true; }));
    harness::run_until(fixture.io, [&] { return first_ended && second_ended; });
    CHECK(fixture.get());
}
