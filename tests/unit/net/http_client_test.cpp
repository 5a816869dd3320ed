// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_fixture.hpp"
#include "unit/net/full_port.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;
using namespace std::chrono_literals;

namespace {

const std::string secret_body = "{\"data\":\"CANARY-body\"}";

net::request write_request() {
    auto request = request_for("/api/v1/namespaces/a/secrets", net::method::post, secret_body);
    request.bearer_token = util::secret_bytes::copy_of("CANARY-token");
    return request;
}

/// The result of a call when the server sends these bytes and then closes the connection cleanly.
net::result<net::response> response_to_bytes(const std::string& bytes,
                                             const net::http_limits& limits = long_timeouts()) {
    const scripted_server server(test_ca().issue_for_loopback(), [&bytes](scripted_session& session, int) {
        if (!session.read_request().empty()) session.write(bytes);
    });
    client_fixture fixture(server.port(), limits);
    return fixture.send(write_request());
}

}  // namespace

TEST_CASE("send() returns the status, the header fields and the body") {
    const auto response = response_to_bytes(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nRetry-After: 3\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}");
    REQUIRE(response);
    CHECK(response->status == 201);
    CHECK(response->content_type == "application/json");
    CHECK(response->retry_after == "3");
    CHECK(response->body.reveal() == "{}");
}

TEST_CASE("the server receives the request unchanged") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        if (!session.read_request().empty()) session.write(harness::http_answer(200, "{}"));
    });
    client_fixture fixture(server.port());
    auto request = write_request();
    request.headers.emplace_back("Accept", "application/json");
    REQUIRE(fixture.send(request));
    const auto host = "127.0.0.1:" + std::to_string(server.port());
    CHECK(server.requests() ==
          std::vector<std::string>{
              "POST /api/v1/namespaces/a/secrets HTTP/1.1\r\nHost: " + host +
              "\r\nAccept: application/json\r\nAuthorization: Bearer CANARY-token\r\nContent-Length: " +
              std::to_string(secret_body.size()) + "\r\n\r\n" + secret_body});
}

TEST_CASE("a request that may not be sent any more is not sent, on a new connection and on a kept one") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    bool open = false;
    auto request = write_request();
    request.may_send = [&open] { return open; };
    const auto refused = fixture.send(request);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().phase == failure::cancelled);
    CHECK_FALSE(refused.error().sent);
    open = true;
    REQUIRE(fixture.send(request));
    open = false;
    CHECK_FALSE(fixture.send(request));
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a small request is sent in one TLS record") {
    std::atomic<int> records{0};
    const scripted_server server(test_ca().issue_for_loopback(), [&records](scripted_session& session, int) {
        while (!session.read_request().empty()) {
            records = session.records();
            session.write(harness::http_answer(200, "{}"));
        }
    });
    client_fixture fixture(server.port());
    REQUIRE(fixture.send(request_for("/", net::method::post, std::string(8'000, 'x'))));
    CHECK(records == 1);
}

TEST_CASE("large bodies are sent and received, in one TLS record or in many") {
    const std::string large(3'000'000, 'x');
    for (const std::size_t piece : {large.size(), std::size_t{16'384}, std::size_t{1'000}}) {
        const scripted_server server(test_ca().issue_for_loopback(), [piece](scripted_session& session, int) {
            const auto request = session.read_request();
            session.write_split(harness::http_answer(200, request.substr(request.find("\r\n\r\n") + 4)),
                                piece);
            session.wait_until_closed();
        });
        client_fixture fixture(server.port());
        const auto response = fixture.send(request_for("/", net::method::post, large));
        REQUIRE(response);
        CHECK(response->body.reveal() == large);
    }
}

TEST_CASE("responses that are refused") {
    check_failed(
        response_to_bytes("HTTP/1.1 302 Found\r\nLocation: https://CANARY/\r\nContent-Length: 0\r\n\r\n"),
        failure::protocol);
    check_failed(response_to_bytes("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
                 failure::protocol);
    check_failed(response_to_bytes("CANARY CANARY\r\n\r\n"), failure::protocol);
    check_failed(response_to_bytes("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"),
                 failure::too_large);
    auto limits = long_timeouts();
    limits.body_bytes = 1'000;
    check_failed(response_to_bytes(harness::http_answer(200, std::string(1'001, 'a')), limits),
                 failure::too_large);
    CHECK(response_to_bytes(harness::http_answer(200, std::string(1'000, 'a')), limits));
}

TEST_CASE("a request may set a lower body limit than the client") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, "0123456789"));
    });
    client_fixture fixture(server.port());
    auto request = request_for("/");
    request.max_body_bytes = 10;
    CHECK(fixture.send(request));
    request.max_body_bytes = 9;
    check_failed(fixture.send(request), failure::too_large);
}

TEST_CASE("a truncated response is an error with the request marked as sent") {
    const auto whole = harness::http_answer(200, "{\"kind\":\"SecretList\"}");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        const auto response = response_to_bytes(whole.substr(0, size));
        check_failed(response, failure::read);
        CHECK(response.error().sent);
    }
    check_failed(response_to_bytes(std::string(harness::chunked_head) + harness::http_chunk("{\"items\":[")),
                 failure::read);
}

TEST_CASE("a response without a length is complete only after a TLS close_notify") {
    for (const bool clean : {true, false}) {
        const scripted_server server(test_ca().issue_for_loopback(), [clean](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write("HTTP/1.1 200 OK\r\n\r\nall of it");
            if (clean) session.finish();
            session.cut();
        });
        client_fixture fixture(server.port());
        const auto response = fixture.get();
        if (clean) {
            REQUIRE(response);
            CHECK(response->body.reveal() == "all of it");
        } else {
            check_failed(response, failure::read);
        }
    }
}

TEST_CASE("a connection that is refused is a connect error") {
    client_fixture fixture(closed_port());
    const auto response = fixture.send(write_request());
    check_failed(response, failure::connect);
    CHECK_FALSE(response.error().sent);
}

TEST_CASE("a name that does not exist is a resolve error") {
    client_fixture fixture(443, long_timeouts(), "no-such-host.invalid");
    const auto response = fixture.send(write_request());
    check_failed(response, failure::resolve);
    CHECK_FALSE(response.error().sent);
}

TEST_CASE("each phase has its timeout") {
    auto limits = long_timeouts();
    SUBCASE("TCP") {
        limits.connect = 50ms;
        const full_port full;
        const auto response = client_fixture(full.port(), limits).send(write_request());
        check_failed(response, failure::connect, true);
        CHECK_FALSE(response.error().sent);
    }
    SUBCASE("TLS") {
        limits.handshake = 50ms;
        harness::server_options options;
        options.tls = false;
        const scripted_server server(
            test_ca().issue_for_loopback(),
            [](scripted_session& session, int) { session.wait_until_closed(); },
            options);
        const auto response = client_fixture(server.port(), limits).send(write_request());
        check_failed(response, failure::tls, true);
        CHECK_FALSE(response.error().sent);
    }
    SUBCASE("sending the request") {
        limits.inactivity = 100ms;
        std::atomic<bool> done{false};
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [&done](scripted_session&, int) { done.wait(false); });
        const auto response = client_fixture(server.port(), limits)
                                  .send(request_for("/", net::method::post, std::string(32'000'000, 'x')));
        done = true;
        done.notify_all();
        check_failed(response, failure::write, true);
        CHECK(response.error().sent);
    }
    SUBCASE("the header, even if it arrives byte by byte") {
        limits.header = 100ms;
        const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            for (const char c : std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(1'000, 'a')) {
                session.write({&c, 1});
                std::this_thread::sleep_for(1ms);
            }
            session.wait_until_closed();
        });
        const auto response = client_fixture(server.port(), limits).send(write_request());
        check_failed(response, failure::read, true);
        CHECK(response.error().sent);
    }
    SUBCASE("no bytes inside the body") {
        limits.inactivity = 100ms;
        const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nCANA");
            session.wait_until_closed();
        });
        check_failed(client_fixture(server.port(), limits).send(write_request()), failure::read, true);
    }
    SUBCASE("the whole exchange, even if bytes keep arriving") {
        limits.total = 300ms;
        const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write(harness::chunked_head);
            for (int i = 0; i < 1'000; ++i) {
                session.write(harness::http_chunk("x"));
                std::this_thread::sleep_for(1ms);
            }
            session.wait_until_closed();
        });
        check_failed(client_fixture(server.port(), limits).send(write_request()), failure::read, true);
    }
}

TEST_CASE("a request may wait longer for its header than the client's limit") {
    auto limits = long_timeouts();
    limits.header = 50ms;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        std::this_thread::sleep_for(150ms);
        session.write(harness::http_answer(200, "{}"));
    });
    auto request = request_for("/");
    request.header_timeout = 50s;
    CHECK(client_fixture(server.port(), limits).send(request));
}

TEST_CASE("an error says what failed, to which peer") {
    const auto error_of = [](const net::result<net::response>& response) {
        REQUIRE_FALSE(response);
        const auto& text = response.error().what;
        return text.substr(text.find(": "));
    };
    CHECK(error_of(client_fixture(closed_port()).get()) == ": cannot connect: Connection refused");
    CHECK(error_of(client_fixture(443, long_timeouts(), "no-such-host.invalid").get())
              .starts_with(": cannot resolve the name: "));
    CHECK(error_of(response_to_bytes("")) == ": cannot read the response: the peer closed the connection");
    CHECK(error_of(response_to_bytes("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n")) ==
          ": response not accepted: the response is a redirect (HTTP 302)");
    const auto refused = client_fixture(closed_port()).get();
    CHECK(refused.error().what.starts_with("127.0.0.1:"));
}

TEST_CASE("a request waits longer than the API server works on a write") {
    const net::http_limits limits;
    CHECK(limits.header >= 35s);
    CHECK(limits.total == 60s);
    CHECK(limits.connect + limits.handshake + limits.header < limits.total);
}
