// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
// Searches every freed block of memory for a credential while one passes through the client.
#include "net/connection.hpp"
#include "net/response_parser.hpp"
#include "support/freed_memory.hpp"
#include "unit/net/client_fixture.hpp"

#include <algorithm>
#include <string>
#include <thread>

namespace {

using freed_memory::blocks_seen;
using freed_memory::blocks_with_canary;
using freed_memory::searching;

constexpr char request_canary[] = "CANARY-request-7f3a";
constexpr char token_canary[] = "CANARY-token-91bd";
constexpr char answer_canary[] = "CANARY-answer-c4e8";

std::string long_text(const char* canary, std::size_t size) {
    std::string text;
    while (text.size() < size)
        text.append(canary).append(1, ' ');
    return text;
}

}  // namespace

TEST_CASE("freed memory never holds a body or a token") {
    for (const std::size_t size : {20U, 2'000U, 300'000U}) {
        CAPTURE(size);
        const auto body = long_text(request_canary, size);
        const auto answer_body = long_text(answer_canary, size);
        const std::string chunked =
            std::string(harness::chunked_head) + harness::http_chunk(answer_body.substr(0, size / 3)) +
            harness::http_chunk(answer_body.substr(size / 3)) + std::string(harness::last_chunk);
        const harness::scripted_server server(
            test_ca().issue_for_loopback(), [&](harness::scripted_session& session, int) {
                for (;;) {
                    const auto request = session.read_request();
                    if (request.empty()) return;
                    const bool whole = request.starts_with("PUT");
                    session.write_split(whole ? harness::http_answer(200, answer_body) : chunked, 1'000);
                }
            });
        client_fixture fixture(server.port());
        blocks_with_canary = 0;
        blocks_seen = 0;
        for (const auto verb : {net::method::put, net::method::post}) {
            auto request = request_for("/", verb, body);
            request.bearer_token = util::secret_bytes::copy_of(token_canary);
            searching = true;
            {
                const auto response = fixture.send(request);
                searching = false;
                REQUIRE(response);
                CHECK(response->body.reveal() == answer_body);
                searching = true;
            }
            request = {};
            searching = false;
        }
        searching = true;
        fixture.client.reset();
        searching = false;
        CHECK(blocks_seen > 0);
        CHECK(blocks_with_canary == 0);
    }
}

TEST_CASE("the check notices a freed block with a canary") {
    blocks_with_canary = 0;
    searching = true;
    {
        const std::string leak = long_text(token_canary, 100);
    }
    searching = false;
    CHECK(blocks_with_canary > 0);
}

TEST_CASE("bytes that were received and not used are wiped") {
    blocks_with_canary = 0;
    const auto text = long_text(answer_canary, 100);
    searching = true;
    {
        net::receive_buffer buffer;
        std::ranges::copy(text, buffer.prepare().begin());
        buffer.commit(text.size());
        net::response_parser parser({});
        CHECK(parser.feed("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
        CHECK(parser.feed(text));
    }
    searching = false;
    CHECK(blocks_with_canary == 0);
}
