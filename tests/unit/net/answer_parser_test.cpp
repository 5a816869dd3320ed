// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/answer_parser.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using net::answer_parser;
using net::failure;

namespace {

/// Presents the text in pieces, each with what was left over before it; what stays unused behind the end is
/// returned.
net::result<std::string> feed_in_pieces(answer_parser& parser, const std::vector<std::string_view>& pieces) {
    std::string pending;
    for (const auto piece : pieces) {
        pending += piece;
        const auto used = parser.feed(pending);
        if (!used) return used.error();
        pending.erase(0, *used);
    }
    return pending;
}

net::result<std::string> feed_all(answer_parser& parser, std::string_view text) {
    return feed_in_pieces(parser, {text});
}

std::vector<std::string_view> byte_by_byte(std::string_view text) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < text.size(); ++i)
        pieces.push_back(text.substr(i, 1));
    return pieces;
}

void check_refused(std::string_view text, failure phase, const net::answer_bounds& bounds = {}) {
    CAPTURE(std::string(text.substr(0, 200)));
    answer_parser parser(bounds);
    const auto fed = feed_all(parser, text);
    REQUIRE_FALSE(fed);
    CHECK(fed.error().phase == phase);
    CHECK(fed.error().what.find("CANARY") == std::string::npos);
}

struct sample {
    std::string_view text;
    std::string_view body;
};

const std::vector<sample> samples = {
    {"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\nhello world",
     "hello world"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
    {"HTTP/1.1 204 No Content\r\n\r\n", ""},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\n\r\n",
     "hello world"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n000\r\nTrailer: x\r\n\r\n", "a"},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
     "OK\r\nContent-Length: 2\r\n\r\nok",
     "ok"},
};

}  // namespace

TEST_CASE("an answer is the same for every split into two, and byte by byte") {
    for (const auto& [text, body] : samples) {
        CAPTURE(std::string(text));
        for (std::size_t split = 0; split <= text.size(); ++split) {
            answer_parser parser({});
            const auto rest = feed_in_pieces(parser, {text.substr(0, split), text.substr(split)});
            REQUIRE(rest);
            CHECK(rest->empty());
            CHECK(parser.done());
            CHECK(parser.keep_alive());
            CHECK(parser.body() == body);
        }
        answer_parser parser({});
        REQUIRE(feed_in_pieces(parser, byte_by_byte(text)));
        CHECK(parser.done());
        CHECK(parser.body() == body);
    }
}

TEST_CASE("every answer that is cut short is an error, wherever it is cut") {
    for (const auto& [text, body] : samples) {
        CAPTURE(std::string(text));
        for (std::size_t size = 0; size < text.size(); ++size) {
            answer_parser parser({});
            REQUIRE(feed_all(parser, text.substr(0, size)));
            CHECK_FALSE(parser.done());
            const auto ended = parser.finish();
            REQUIRE_FALSE(ended);
            CHECK(ended.error().phase == failure::read);
        }
    }
}

TEST_CASE("the head is read without its body") {
    answer_parser parser({});
    CHECK_FALSE(parser.has_head());
    REQUIRE(feed_all(
        parser,
        "HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nretry-after: 7\r\n"
        "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Encoding: identity\r\nContent-Length: 5\r\n\r\nsl"));
    CHECK(parser.has_head());
    CHECK_FALSE(parser.done());
    CHECK(parser.head().status == 429);
    CHECK(parser.head().content_type == "text/plain");
    CHECK(parser.head().retry_after == "7");
    CHECK(parser.head().date == "Sun, 06 Nov 1994 08:49:37 GMT");
    REQUIRE(feed_all(parser, "owly"));
    const auto answer = parser.take();
    CHECK(answer.status == 429);
    CHECK(answer.body.reveal() == "slowl");
}

TEST_CASE("what comes behind the answer is not used up") {
    answer_parser parser({});
    const auto rest = feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1");
    REQUIRE(rest);
    CHECK(*rest == "HTTP/1.1");
    CHECK(parser.body() == "ok");
}

TEST_CASE("a body can be taken piece by piece") {
    answer_parser parser({});
    const auto rest = feed_all(parser, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    REQUIRE(rest);
    CHECK(parser.body() == "one");
    parser.discard_body();
    CHECK(parser.body().empty());
    REQUIRE(feed_all(parser, *rest + "3\r\ntwo\r\n"));
    CHECK(parser.body() == "two");
}

TEST_CASE("whether the connection can be used again is the peer's word") {
    const auto keeps = [](std::string_view text) {
        answer_parser parser({});
        REQUIRE(feed_all(parser, text));
        REQUIRE(parser.done());
        return parser.keep_alive();
    };
    CHECK(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("an answer without a length ends with the connection") {
    answer_parser parser({});
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\n\r\nall of it"));
    CHECK_FALSE(parser.done());
    CHECK(parser.finish());
    CHECK(parser.done());
    CHECK_FALSE(parser.keep_alive());
    CHECK(parser.body() == "all of it");
}

TEST_CASE("answers that are not accepted") {
    SUBCASE("redirects") {
        for (const auto* code : {"300", "301", "302", "303", "304", "307", "308"}) {
            check_refused("HTTP/1.1 " + std::string(code) +
                              " X\r\nLocation: https://CANARY/\r\nContent-Length: 0\r\n\r\n",
                          failure::protocol);
        }
    }
    SUBCASE("compression that nobody asked for") {
        for (const auto* coding : {"gzip", "deflate", "br", "gzip, identity", "CANARY"}) {
            check_refused("HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding) +
                              "\r\nContent-Length: 0\r\n\r\n",
                          failure::protocol);
            check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + std::string(coding) + "\r\n\r\n",
                          failure::protocol);
        }
        check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", failure::protocol);
    }
    SUBCASE("two lengths") {
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                      failure::protocol);
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                      failure::protocol);
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", failure::protocol);
    }
    SUBCASE("a change of protocol") {
        check_refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", failure::protocol);
    }
    SUBCASE("what is not HTTP/1.1") {
        for (const auto* text : {"SSH-2.0-CANARY\r\n",
                                 "HTTP/2 200 OK\r\n\r\n",
                                 "CANARY CANARY CANARY\r\n\r\n",
                                 "HTTP/1.1 abc OK\r\n\r\n",
                                 "{\"kind\":\"CANARY\"}"}) {
            check_refused(text, failure::protocol);
        }
        check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nCANARY\r\n", failure::protocol);
        check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", failure::protocol);
    }
    SUBCASE("interim answers without an end") {
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += "HTTP/1.1 100 Continue\r\n\r\n";
        check_refused(text, failure::protocol);
    }
}

TEST_CASE("bounds hold") {
    const net::answer_bounds bounds{.header_bytes = 1024, .body_bytes = 10};
    check_refused("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'a') + "\r\n\r\n", failure::too_large, bounds);
    check_refused("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'a'), failure::too_large, bounds);
    check_refused("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", failure::too_large, bounds);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n",
                  failure::too_large,
                  bounds);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n",
                  failure::too_large,
                  bounds);
    check_refused("HTTP/1.1 200 OK\r\n\r\nhello world", failure::too_large, bounds);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" + std::string(2000, 'a'),
                  failure::too_large,
                  bounds);
    answer_parser parser(bounds);
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"));
    CHECK(parser.done());
}

TEST_CASE("an announced length is not allocated in advance") {
    answer_parser parser({.header_bytes = 1024, .body_bytes = SIZE_MAX});
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nhello"));
    CHECK(parser.body() == "hello");
}
