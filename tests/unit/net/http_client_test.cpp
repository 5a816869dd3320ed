// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_stage.hpp"
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
    auto what = request_for("/api/v1/namespaces/a/secrets", net::method::post, secret_body);
    what.bearer_token = util::secret_bytes::copy_of("CANARY-token");
    return what;
}

/// What a call ends with when the server answers with these bytes and then closes the connection cleanly.
net::result<net::response> answered_with(const std::string& bytes,
                                         const net::http_limits& limits = patient_limits()) {
    const scripted_server server(test_ca().issue_for_loopback(), [&bytes](scripted_session& session, int) {
        if (!session.read_request().empty()) session.write(bytes);
    });
    client_stage stage(server.port(), limits);
    return stage.send(write_request());
}

std::uint16_t closed_port() {
    const scripted_server gone(test_ca().issue_for_loopback(), [](scripted_session&, int) {});
    return gone.port();
}

}  // namespace

TEST_CASE("a request and its answer") {
    const auto answer = answered_with(
        "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nRetry-After: 3\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}");
    REQUIRE(answer);
    CHECK(answer->status == 201);
    CHECK(answer->content_type == "application/json");
    CHECK(answer->retry_after == "3");
    CHECK(answer->date == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(answer->body.reveal() == "{}");
}

TEST_CASE("the server sees the request as it was given") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        if (!session.read_request().empty()) session.write(harness::http_answer(200, "{}"));
    });
    client_stage stage(server.port());
    auto what = write_request();
    what.headers.emplace_back("Accept", "application/json");
    REQUIRE(stage.send(what));
    const auto host = "127.0.0.1:" + std::to_string(server.port());
    CHECK(server.requests() ==
          std::vector<std::string>{
              "POST /api/v1/namespaces/a/secrets HTTP/1.1\r\nHost: " + host +
              "\r\nAccept: application/json\r\nAuthorization: Bearer CANARY-token\r\nContent-Length: " +
              std::to_string(secret_body.size()) + "\r\n\r\n" + secret_body});
}

TEST_CASE("a small request leaves in one piece") {
    std::atomic<int> records{0};
    const scripted_server server(test_ca().issue_for_loopback(), [&records](scripted_session& session, int) {
        while (!session.read_request().empty()) {
            records = session.records();
            session.write(harness::http_answer(200, "{}"));
        }
    });
    client_stage stage(server.port());
    REQUIRE(stage.send(request_for("/", net::method::post, std::string(8'000, 'x'))));
    CHECK(records == 1);
}

TEST_CASE("large bodies pass in both directions, in one record or in many") {
    const std::string large(3'000'000, 'x');
    for (const std::size_t piece : {large.size(), std::size_t{16'384}, std::size_t{1'000}}) {
        const scripted_server server(test_ca().issue_for_loopback(), [piece](scripted_session& session, int) {
            const auto request = session.read_request();
            session.write_split(harness::http_answer(200, request.substr(request.find("\r\n\r\n") + 4)),
                                piece);
            session.wait_until_closed();
        });
        client_stage stage(server.port());
        const auto answer = stage.send(request_for("/", net::method::post, large));
        REQUIRE(answer);
        CHECK(answer->body.reveal() == large);
    }
}

TEST_CASE("answers that are not accepted") {
    check_failed(
        answered_with("HTTP/1.1 302 Found\r\nLocation: https://CANARY/\r\nContent-Length: 0\r\n\r\n"),
        failure::protocol);
    check_failed(answered_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
                 failure::protocol);
    check_failed(answered_with("CANARY CANARY\r\n\r\n"), failure::protocol);
    check_failed(answered_with("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'a') + "\r\n\r\n"),
                 failure::too_large);
    auto limits = patient_limits();
    limits.body_bytes = 1'000;
    check_failed(answered_with(harness::http_answer(200, std::string(1'001, 'a')), limits),
                 failure::too_large);
    CHECK(answered_with(harness::http_answer(200, std::string(1'000, 'a')), limits));
}

TEST_CASE("a request may allow less than the client does") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        while (!session.read_request().empty())
            session.write(harness::http_answer(200, "0123456789"));
    });
    client_stage stage(server.port());
    auto what = request_for("/");
    what.body_bytes = 10;
    CHECK(stage.send(what));
    what.body_bytes = 9;
    check_failed(stage.send(what), failure::too_large);
}

TEST_CASE("an answer that is cut short is an error that says the request was sent") {
    const auto whole = harness::http_answer(200, "{\"kind\":\"SecretList\"}");
    for (std::size_t size = 0; size < whole.size(); size += 7) {
        const auto answer = answered_with(whole.substr(0, size));
        check_failed(answer, failure::read);
        CHECK(answer.error().sent);
    }
    check_failed(answered_with(std::string(harness::chunked_head) + harness::http_chunk("{\"items\":[")),
                 failure::read);
}

TEST_CASE("an answer without a length is whole only if TLS says so") {
    for (const bool clean : {true, false}) {
        const scripted_server server(test_ca().issue_for_loopback(), [clean](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write("HTTP/1.1 200 OK\r\n\r\nall of it");
            if (clean) session.finish();
            session.cut();
        });
        client_stage stage(server.port());
        const auto answer = stage.get();
        if (clean) {
            REQUIRE(answer);
            CHECK(answer->body.reveal() == "all of it");
        } else {
            check_failed(answer, failure::read);
        }
    }
}

TEST_CASE("a server that is not there") {
    client_stage stage(closed_port());
    const auto answer = stage.send(write_request());
    check_failed(answer, failure::connect);
    CHECK_FALSE(answer.error().sent);
}

TEST_CASE("a name that does not exist") {
    client_stage stage(443, patient_limits(), "no-such-host.invalid");
    const auto answer = stage.send(write_request());
    check_failed(answer, failure::resolve);
    CHECK_FALSE(answer.error().sent);
}

TEST_CASE("each phase has its deadline") {
    auto limits = patient_limits();
    SUBCASE("TCP") {
        limits.connect = 50ms;
        const full_port full;
        const auto answer = client_stage(full.port(), limits).send(write_request());
        check_failed(answer, failure::connect, true);
        CHECK_FALSE(answer.error().sent);
    }
    SUBCASE("TLS") {
        limits.handshake = 50ms;
        harness::server_options options;
        options.tls = false;
        const scripted_server server(
            test_ca().issue_for_loopback(),
            [](scripted_session& session, int) { session.wait_until_closed(); },
            options);
        const auto answer = client_stage(server.port(), limits).send(write_request());
        check_failed(answer, failure::tls, true);
        CHECK_FALSE(answer.error().sent);
    }
    SUBCASE("writing") {
        limits.inactivity = 100ms;
        std::atomic<bool> done{false};
        const scripted_server server(test_ca().issue_for_loopback(),
                                     [&done](scripted_session&, int) { done.wait(false); });
        const auto answer = client_stage(server.port(), limits)
                                .send(request_for("/", net::method::post, std::string(32'000'000, 'x')));
        done = true;
        done.notify_all();
        check_failed(answer, failure::write, true);
        CHECK(answer.error().sent);
    }
    SUBCASE("the header, even if it comes byte by byte") {
        limits.header = 100ms;
        const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            for (const char c : std::string("HTTP/1.1 200 OK\r\nX: ") + std::string(1'000, 'a')) {
                session.write({&c, 1});
                std::this_thread::sleep_for(1ms);
            }
            session.wait_until_closed();
        });
        const auto answer = client_stage(server.port(), limits).send(write_request());
        check_failed(answer, failure::read, true);
        CHECK(answer.error().sent);
    }
    SUBCASE("silence in the body") {
        limits.inactivity = 100ms;
        const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nCANA");
            session.wait_until_closed();
        });
        check_failed(client_stage(server.port(), limits).send(write_request()), failure::read, true);
    }
    SUBCASE("all of it, even if there is never silence") {
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
        check_failed(client_stage(server.port(), limits).send(write_request()), failure::read, true);
    }
}
