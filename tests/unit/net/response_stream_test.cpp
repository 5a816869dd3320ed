// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/net/client_stage.hpp"

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

net::result<stream_ptr> open(client_stage& stage) {
    const auto what = request_for("/watch");
    return harness::run(stage.io, stage.client->open_stream(what));
}

net::result<std::string> read(client_stage& stage,
                              net::response_stream& stream,
                              std::chrono::milliseconds silence = 50s) {
    const auto bytes = harness::run(stage.io, stream.read_some(silence));
    if (!bytes) return bytes.error();
    return std::string(*bytes);
}

/// All that comes until an error, and the error.
std::pair<std::string, net::error> read_to_the_end(client_stage& stage, net::response_stream& stream) {
    std::string all;
    for (;;) {
        auto bytes = read(stage, stream);
        if (!bytes) return {all, bytes.error()};
        all += *bytes;
    }
}

}  // namespace

TEST_CASE("a stream gives the head at once, and the body as it comes") {
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
    client_stage stage(server.port());
    auto stream = open(stage);
    REQUIRE(stream);
    CHECK((*stream)->status() == 200);
    CHECK((*stream)->head().content_type == "application/json");
    go_on = true;
    go_on.notify_all();
    CHECK(*read(stage, **stream) == "one\n");
    go_on = false;
    go_on.notify_all();
    CHECK(*read(stage, **stream) == "two\n");
    const auto end = read(stage, **stream);
    REQUIRE_FALSE(end);
    CHECK(end.error().phase == failure::ended);
}

TEST_CASE("a stream is the same for every split of the answer") {
    const std::string answer = std::string(harness::chunked_head) +
                               harness::http_chunk("{\"type\":\"ADDED\"}\n") +
                               harness::http_chunk("{\"type\":") + harness::http_chunk("\"MODIFIED\"}\n") +
                               std::string(harness::last_chunk);
    for (const std::size_t piece : {1U, 2U, 3U, 5U, 7U, 16U, 64U, 4096U}) {
        CAPTURE(piece);
        const scripted_server server(test_ca().issue_for_loopback(), [&](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write_split(answer, piece);
            session.wait_until_closed();
        });
        client_stage stage(server.port());
        auto stream = open(stage);
        REQUIRE(stream);
        const auto [all, end] = read_to_the_end(stage, **stream);
        CHECK(all == "{\"type\":\"ADDED\"}\n{\"type\":\"MODIFIED\"}\n");
        CHECK(end.phase == failure::ended);
    }
}

TEST_CASE("a stream that the server breaks off did not end") {
    for (const bool clean : {true, false}) {
        const scripted_server server(test_ca().issue_for_loopback(), [clean](scripted_session& session, int) {
            static_cast<void>(session.read_request());
            session.write(std::string(harness::chunked_head) + harness::http_chunk("CANARY\n"));
            if (clean) session.finish();
            session.cut();
        });
        client_stage stage(server.port());
        auto stream = open(stage);
        REQUIRE(stream);
        const auto [all, end] = read_to_the_end(stage, **stream);
        CHECK(all == "CANARY\n");
        CHECK(end.phase == failure::read);
        CHECK_FALSE(end.timeout);
        CHECK(end.what.find("CANARY") == std::string::npos);
    }
}

TEST_CASE("silence ends a stream") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(std::string(harness::chunked_head) + harness::http_chunk("x"));
        session.wait_until_closed();
    });
    client_stage stage(server.port());
    auto stream = open(stage);
    REQUIRE(stream);
    CHECK(*read(stage, **stream) == "x");
    const auto end = read(stage, **stream, 50ms);
    REQUIRE_FALSE(end);
    CHECK(end.error().phase == failure::read);
    CHECK(end.error().timeout);
}

TEST_CASE("a stream has no limit, and lives longer than a request may") {
    constexpr std::size_t pieces = 300;
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        for (std::size_t i = 0; i < pieces; ++i)
            session.write(harness::http_chunk(std::string(16'000, 'x')));
        session.write(harness::last_chunk);
        session.wait_until_closed();
    });
    auto limits = patient_limits();
    limits.body_bytes = 1'000;
    limits.inactivity = 200ms;
    client_stage stage(server.port(), limits);
    auto stream = open(stage);
    REQUIRE(stream);
    const auto [all, end] = read_to_the_end(stage, **stream);
    CHECK(all.size() == pieces * 16'000);
    CHECK(end.phase == failure::ended);
}

TEST_CASE("the answer to a stream may be a failure with a length") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::http_answer(403, "{\"kind\":\"Status\"}"));
        session.wait_until_closed();
    });
    client_stage stage(server.port());
    auto stream = open(stage);
    REQUIRE(stream);
    CHECK((*stream)->status() == 403);
    const auto [all, end] = read_to_the_end(stage, **stream);
    CHECK(all == "{\"kind\":\"Status\"}");
    CHECK(end.phase == failure::ended);
}

TEST_CASE("a stream takes no connection away from the requests") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        for (;;) {
            const auto request = session.read_request();
            if (request.empty()) return;
            session.write(request.starts_with("GET /watch") ? std::string(harness::chunked_head)
                                                            : harness::http_answer(200, "{}"));
        }
    });
    auto limits = patient_limits();
    limits.connections = 1;
    client_stage stage(server.port(), limits);
    const auto first = open(stage);
    const auto second = open(stage);
    REQUIRE(first);
    REQUIRE(second);
    CHECK(stage.get());
    CHECK(server.connections() == 3);
}

TEST_CASE("the connection is closed with the stream") {
    std::atomic<bool> closed{false};
    const scripted_server server(test_ca().issue_for_loopback(), [&closed](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        session.wait_until_closed();
        closed = true;
    });
    client_stage stage(server.port());
    auto stream = open(stage);
    REQUIRE(stream);
    stream->reset();
    harness::run_until(stage.io, [&closed] { return closed.load(); });
    CHECK(closed);
}

TEST_CASE("close() ends a stream") {
    const scripted_server server(test_ca().issue_for_loopback(), [](scripted_session& session, int) {
        static_cast<void>(session.read_request());
        session.write(harness::chunked_head);
        session.wait_until_closed();
    });
    client_stage stage(server.port());
    auto stream = open(stage);
    REQUIRE(stream);
    std::optional<net::failure> end;
    boost::asio::co_spawn(stage.io,
                          (*stream)->read_some(50s),
                          [&end](std::exception_ptr, const net::result<std::string_view>& bytes) {
                              end = bytes ? failure::ended : bytes.error().phase;
                          });
    stage.io.restart();
    stage.io.poll();
    stage.client->close();
    harness::run_until(stage.io, [&end] { return end.has_value(); });
    CHECK(*end == failure::cancelled);
    const auto after = open(stage);
    REQUIRE_FALSE(after);
    CHECK(after.error().phase == failure::cancelled);
}
