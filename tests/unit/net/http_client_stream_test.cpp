// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_fixture.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

using harness::scripted_server;
using harness::scripted_session;
using net::failure;
using namespace std::chrono_literals;

namespace {

using stream_ptr = std::unique_ptr<net::response_stream>;

net::result<stream_ptr> open(client_fixture& fixture) {
    const auto request = request_for("/watch");
    return harness::run(fixture.io, fixture.client->open_stream(request));
}

net::result<std::string> read(client_fixture& fixture,
                              net::response_stream& stream,
                              std::chrono::milliseconds silence = 50s) {
    const auto bytes = harness::run(fixture.io, stream.read_some(silence));
    if (!bytes) return bytes.error();
    return std::string(*bytes);
}

/// All bytes until an error, and the error.
std::pair<std::string, net::error> read_to_the_end(client_fixture& fixture, net::response_stream& stream) {
    std::string all;
    for (;;) {
        auto bytes = read(fixture, stream);
        if (!bytes) return {all, bytes.error()};
        all += *bytes;
    }
}

}  // namespace

TEST_CASE("a stream returns the head at once, and the body as it arrives") {
    std::atomic<bool> go_on{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&go_on](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        go_on.wait(false);
        session.write(harness::http_chunk("one\n"));
        go_on.wait(true);
        session.write(harness::http_chunk("two\n"));
        session.write(harness::last_chunk);
        session.wait_until_closed();
    });
    client_fixture fixture(server.port());
    auto stream = open(fixture);
    REQUIRE(stream);
    CHECK((*stream)->head().status == 200);
    CHECK((*stream)->head().content_type == "application/json");
    go_on = true;
    go_on.notify_all();
    CHECK(*read(fixture, **stream) == "one\n");
    go_on = false;
    go_on.notify_all();
    CHECK(*read(fixture, **stream) == "two\n");
    const auto end = read(fixture, **stream);
    REQUIRE_FALSE(end);
    CHECK(end.error().phase == failure::ended);
}

TEST_CASE("a stream is the same for every split of the response") {
    const std::string response = std::string(harness::chunked_head) +
                                 harness::http_chunk("{\"type\":\"ADDED\"}\n") +
                                 harness::http_chunk("{\"type\":") + harness::http_chunk("\"MODIFIED\"}\n") +
                                 std::string(harness::last_chunk);
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 16U, 64U, 4096U}) {
        CAPTURE(piece);
        const scripted_server server(test_ca().issue_for_loopback(), [&](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write_split(response, piece);
            session.wait_until_closed();
        });
        client_fixture fixture(server.port());
        auto stream = open(fixture);
        REQUIRE(stream);
        const auto [all, end] = read_to_the_end(fixture, **stream);
        CHECK(all == "{\"type\":\"ADDED\"}\n{\"type\":\"MODIFIED\"}\n");
        CHECK(end.phase == failure::ended);
    }
}

TEST_CASE("a stream that the server breaks off ends with a read error") {
    for (const bool clean : {true, false}) {
        const scripted_server server(test_ca().issue_for_loopback(), [clean](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write(std::string(harness::chunked_head) + harness::http_chunk("CANARY\n"));
            if (clean) session.finish();
            session.cut();
        });
        client_fixture fixture(server.port());
        auto stream = open(fixture);
        REQUIRE(stream);
        const auto [all, end] = read_to_the_end(fixture, **stream);
        CHECK(all == "CANARY\n");
        CHECK(end.phase == failure::read);
        CHECK_FALSE(end.timeout);
        CHECK(end.what.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("a stream without bytes times out") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(std::string(harness::chunked_head) + harness::http_chunk("x"));
        session.wait_until_closed();
    });
    client_fixture fixture(server.port());
    auto stream = open(fixture);
    REQUIRE(stream);
    CHECK(*read(fixture, **stream) == "x");
    const auto end = read(fixture, **stream, 50ms);
    REQUIRE_FALSE(end);
    CHECK(end.error().phase == failure::read);
    CHECK(end.error().timeout);
}

TEST_CASE("a stream has no body limit, and outlives the request timeouts") {
    constexpr std::size_t pieces = 300;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        for (std::size_t i = 0; i < pieces; ++i)
            session.write(harness::http_chunk(std::string(16'000, 'x')));
        session.write(harness::last_chunk);
        session.wait_until_closed();
    });
    auto limits = long_timeouts();
    limits.body_bytes = 1'000;
    limits.inactivity = 200ms;
    client_fixture fixture(server.port(), limits);
    auto stream = open(fixture);
    REQUIRE(stream);
    const auto [all, end] = read_to_the_end(fixture, **stream);
    CHECK(all.size() == pieces * 16'000);
    CHECK(end.phase == failure::ended);
}

TEST_CASE("the response to a stream may be an error status with a length") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(403, "{\"kind\":\"Status\"}"));
        session.wait_until_closed();
    });
    client_fixture fixture(server.port());
    auto stream = open(fixture);
    REQUIRE(stream);
    CHECK((*stream)->head().status == 403);
    const auto [all, end] = read_to_the_end(fixture, **stream);
    CHECK(all == "{\"kind\":\"Status\"}");
    CHECK(end.phase == failure::ended);
}

TEST_CASE("a stream does not use a connection of the requests") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        for (;;) {
            const auto request = session.read_request();
            if (request.empty()) return;
            session.write(request.starts_with("GET /watch") ? std::string(harness::chunked_head)
                                                            : harness::http_answer(200, "{}"));
        }
    });
    auto limits = long_timeouts();
    limits.connections = 1;
    client_fixture fixture(server.port(), limits);
    const auto first = open(fixture);
    const auto second = open(fixture);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(fixture.get());
    CHECK(server.connections() == 3);
}

TEST_CASE("the destruction of a stream closes its connection") {
    std::atomic<bool> closed{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&closed](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        session.wait_until_closed();
        closed = true;
    });
    client_fixture fixture(server.port());
    auto stream = open(fixture);
    REQUIRE(stream);
    stream->reset();
    harness::run_until(fixture.io, [&closed] { return closed.load(); });
    CHECK(closed);
}

TEST_CASE("close() ends a stream") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        session.wait_until_closed();
    });
    client_fixture fixture(server.port());
    auto stream = open(fixture);
    REQUIRE(stream);
    std::optional<net::failure> end;
    boost::asio::co_spawn(fixture.io,
                          (*stream)->read_some(50s),
                          [&end](std::exception_ptr, const net::result<std::string_view>& bytes) {
                              end = bytes ? failure::ended : bytes.error().phase;
                          });
    fixture.io.restart();
    fixture.io.poll();
    fixture.client->close();
    harness::run_until(fixture.io, [&end] { return end.has_value(); });
    CHECK(*end == failure::cancelled);
    const auto after = open(fixture);
    REQUIRE_FALSE(after);
    CHECK(after.error().phase == failure::cancelled);
}

TEST_CASE("a stream without a header in time is an error") {
    auto limits = long_timeouts();
    limits.header = 50ms;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.wait_until_closed();
    });
    client_fixture fixture(server.port(), limits);
    const auto stream = open(fixture);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().phase == failure::read);
    CHECK(stream.error().timeout);
}
