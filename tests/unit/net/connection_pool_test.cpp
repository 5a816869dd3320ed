// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_stage.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <list>
#include <optional>
#include <string>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;
using net::method;
using namespace std::chrono_literals;

namespace {

void answer_ok(scripted_session& session, int) {
    while (!session.read_request().empty())
        session.write(harness::http_answer(200, "{}"));
}

/// Of this process's socket that is connected to the port.
int option_of(std::uint16_t port, int level, int name) {
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || ntohs(peer.sin_port) != port)
            continue;
        int value = -1;
        size = sizeof(value);
        REQUIRE(::getsockopt(fd, level, name, &value, &size) == 0);
        return value;
    }
    return -1;
}

constexpr method all_methods[] = {method::get, method::post, method::put, method::patch, method::delete_};

}  // namespace

TEST_CASE("a connection is used again") {
    const scripted_server server(test_ca().issue_for_loopback(), answer_ok);
    client_stage stage(server.port());
    for (int i = 0; i < 10; ++i)
        REQUIRE(stage.get());
    CHECK(server.connections() == 1);
    CHECK(server.requests().size() == 10);
}

TEST_CASE("a connection is not used again") {
    const auto connections_for_two = [](const std::string& first_answer) {
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [&first_answer](scripted_session& session, int) {
                                         while (!session.read_request().empty())
                                             session.write(first_answer);
                                     });
        client_stage stage(server.port());
        REQUIRE(stage.get());
        REQUIRE(stage.get());
        return server.connections();
    };
    CHECK(connections_for_two(harness::http_answer(200, "{}")) == 1);
    SUBCASE("when the server wants to close it") {
        CHECK(connections_for_two(harness::http_answer(200, "{}", "Connection: close\r\n")) == 2);
    }
    SUBCASE("when there are bytes behind the answer") {
        CHECK(connections_for_two(harness::http_answer(200, "{}") + "HTTP/1.1 200 OK\r\n") == 2);
    }
}

TEST_CASE("failures of the API leave the connection usable") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(409, "{}"));
    });
    client_stage stage(server.port());
    for (int i = 0; i < 3; ++i)
        CHECK(stage.get()->status == 409);
    CHECK(server.connections() == 1);
}

TEST_CASE("more callers than connections take turns") {
    const scripted_server server(test_ca().issue_for_loopback(), answer_ok);
    auto limits = patient_limits();
    limits.connections = 3;
    client_stage stage(server.port(), limits);
    std::list<running_call> calls;
    for (int i = 0; i < 20; ++i)
        calls.emplace_back(stage, request_for("/" + std::to_string(i)));
    for (auto& call : calls) {
        harness::run_until(stage.io, [&call] { return call.ended(); });
        CHECK(call.answer());
    }
    CHECK(server.connections() == 3);
    CHECK(server.requests().size() == 20);
}

TEST_CASE("who waits too long for a connection is told so") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    auto limits = patient_limits();
    limits.connections = 1;
    limits.total = 200ms;
    client_stage stage(server.port(), limits);
    running_call first(stage, request_for("/", method::post));
    running_call second(stage, request_for("/", method::post));
    harness::run_until(stage.io, [&] { return first.ended() && second.ended(); });
    check_failed(first.answer(), failure::read, true);
    REQUIRE_FALSE(second.answer());
    CHECK(second.answer()
              .error()
              .timeout);  // in the line, or with the place that became free in the last moment
    CHECK_FALSE(second.answer().error().sent);
}

TEST_CASE("an idle connection that the server closes is replaced before anything is sent") {
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
                                         answer_ok(session, number);
                                     });
        client_stage stage(server.port());
        REQUIRE(stage.get());
        harness::run_until(stage.io, [&closed] { return closed.load(); });
        CHECK(stage.send(request_for("/", verb)));
        CHECK(server.connections() == 2);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("a request that a reused connection swallows is sent once more, unless it is a POST") {
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
        client_stage stage(server.port());
        REQUIRE(stage.get());
        const auto answer = stage.send(request_for("/again", verb));
        if (verb == method::post) {
            check_failed(answer, failure::read);
            CHECK(answer.error().sent);
            CHECK(server.requests().size() == 2);
        } else {
            CHECK(answer);
            CHECK(server.requests().size() == 3);
        }
    }
}

TEST_CASE("a request is not sent again once a byte of the answer has come") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        static_cast<void>(session.read_request());
        session.write("H");
    });
    client_stage stage(server.port());
    REQUIRE(stage.get());
    check_failed(stage.get(), failure::read);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a request is not sent again when it timed out") {
    auto limits = patient_limits();
    limits.header = 100ms;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        session.wait_until_closed();
    });
    client_stage stage(server.port(), limits);
    REQUIRE(stage.get());
    check_failed(stage.get(), failure::read, true);
    CHECK(server.connections() == 1);
}

TEST_CASE("what fails on a fresh connection is not tried again") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
    });
    client_stage stage(server.port());
    check_failed(stage.get(), failure::read);
    CHECK(server.connections() == 1);
}

TEST_CASE("after a failure the next request has a new connection") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int number) {
        if (number > 0) answer_ok(session, number);
    });
    client_stage stage(server.port());
    check_failed(stage.get(), failure::read);
    CHECK(stage.get());
}

TEST_CASE("the kernel is told to notice a dead path") {
    const scripted_server server(test_ca().issue_for_loopback(), answer_ok);
    client_stage stage(server.port());
    REQUIRE(stage.get());
    const auto option = [&server](int level, int name) { return option_of(server.port(), level, name); };
    CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 10);
    CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 3);
    CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 3);
    CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 15'000);
    CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
}

TEST_CASE("an idle connection is closed in time") {
    std::atomic<bool> closed{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&closed](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        session.wait_until_closed();
        closed = true;
    });
    auto limits = patient_limits();
    limits.idle = 20ms;
    client_stage stage(server.port(), limits);
    REQUIRE(stage.get());
    harness::run_until(stage.io, [&closed] { return closed.load(); });
    CHECK(closed);
}

TEST_CASE("close() ends what runs, what waits and what comes, and leaves no work behind") {
    std::atomic<bool> asked{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&asked](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(200, "{}"));
        static_cast<void>(session.read_request());
        asked = true;
        session.wait_until_closed();
    });
    auto limits = patient_limits();
    limits.connections = 1;
    client_stage stage(server.port(), limits);
    REQUIRE(stage.get());
    running_call running(stage, request_for("/", method::put));
    running_call waiting(stage, request_for("/", method::put));
    harness::run_until(stage.io, [&asked] { return asked.load(); });
    stage.client->close();
    stage.io.restart();
    stage.io.run();
    check_failed(running.answer(), failure::cancelled);
    CHECK(running.answer().error().sent);
    check_failed(waiting.answer(), failure::cancelled);
    CHECK_FALSE(waiting.answer().error().sent);
    check_failed(stage.get(), failure::cancelled);
    CHECK(server.requests().size() == 2);  // the running one was not sent again
}

TEST_CASE("a call that is cancelled by its slot ends as a value, and its connection is not used again") {
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
    client_stage stage(server.port());
    REQUIRE(stage.get());
    const auto what = request_for("/", method::put);
    boost::asio::cancellation_signal cancel;
    std::optional<net::result<net::response>> answer;
    const auto on_end = [&answer](std::exception_ptr fault, net::result<net::response> got) {
        if (!fault) answer.emplace(std::move(got));
    };
    boost::asio::co_spawn(
        stage.io, stage.client->send(what), boost::asio::bind_cancellation_slot(cancel.slot(), on_end));
    harness::run_until(stage.io, [&asked] { return asked.load(); });
    cancel.emit(boost::asio::cancellation_type::terminal);
    harness::run_until(stage.io, [&answer] { return answer.has_value(); });
    check_failed(*answer, failure::cancelled);
    CHECK(answer->error().sent);
    CHECK(stage.get());
    CHECK(server.connections() == 2);
}

TEST_CASE("close() ends a handshake") {
    harness::server_options options;
    options.tls = false;
    const scripted_server server(
        test_ca().issue_for_loopback(),
        [](scripted_session& session, int) { session.wait_until_closed(); },
        options);
    client_stage stage(server.port());
    running_call running(stage, request_for("/"));
    harness::run_until(stage.io, [&server] { return server.connections() == 1; });
    stage.client->close();
    stage.io.restart();
    stage.io.run();
    check_failed(running.answer(), failure::cancelled);
}

TEST_CASE("a client may go while its calls run") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    client_stage stage(server.port());
    running_call running(stage, request_for("/"));
    harness::run_until(stage.io, [&server] { return server.connections() == 1; });
    stage.client.reset();
    stage.io.restart();
    stage.io.run();
    check_failed(running.answer(), failure::cancelled);
}

TEST_CASE("the loop may go while calls run") {
    const scripted_server server(test_ca().issue_for_loopback(),
                                 [](scripted_session& session, int) { session.wait_until_closed(); });
    auto limits = patient_limits();
    limits.connections = 1;
    client_stage stage(server.port(), limits);
    const running_call running(stage, request_for("/"));
    const running_call waiting(stage, request_for("/"));
    harness::run_until(stage.io, [&server] { return server.connections() == 1; });
    CHECK_FALSE(running.ended());
    CHECK_FALSE(waiting.ended());
}
