// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/response_parser.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using net::failure;
using net::response_parser;

namespace {

/// Feeds the text in pieces, each behind the bytes that are still unused. Returns the bytes that stay unused.
net::result<std::string> feed_in_pieces(response_parser& parser,
                                        const std::vector<std::string_view>& pieces) {
    std::string pending;
    for (const auto piece : pieces) {
        pending += piece;
        const auto used = parser.feed(pending);
        if (!used) return used.error();
        pending.erase(0, *used);
    }
    return pending;
}

net::result<std::string> feed_all(response_parser& parser, std::string_view text) {
    return feed_in_pieces(parser, {text});
}

std::vector<std::string_view> byte_by_byte(std::string_view text) {
    std::vector<std::string_view> pieces;
    for (std::size_t i = 0; i < text.size(); ++i)
        pieces.push_back(text.substr(i, 1));
    return pieces;
}

void check_refused(std::string_view text, failure phase, const net::response_limits& limits = {}) {
    CAPTURE(std::string(text.substr(0, 200)));
    response_parser parser(limits);
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

TEST_CASE("a response is the same for every split into two, and byte by byte") {
    for (const auto& [text, body] : samples) {
        CAPTURE(std::string(text));
        for (std::size_t split = 0; split <= text.size(); ++split) {
            response_parser parser({});
            const auto rest = feed_in_pieces(parser, {text.substr(0, split), text.substr(split)});
            REQUIRE(rest);
            CHECK(rest->empty());
            CHECK(parser.done());
            CHECK(parser.keep_alive());
            CHECK(parser.body() == body);
        }
        response_parser parser({});
        REQUIRE(feed_in_pieces(parser, byte_by_byte(text)));
        CHECK(parser.done());
        CHECK(parser.body() == body);
    }
}

TEST_CASE("a truncated response is an error, wherever it is cut") {
    for (const auto& [text, body] : samples) {
        CAPTURE(std::string(text));
        for (std::size_t size = 0; size < text.size(); ++size) {
            response_parser parser({});
            REQUIRE(feed_all(parser, text.substr(0, size)));
            CHECK_FALSE(parser.done());
            const auto ended = parser.finish();
            REQUIRE_FALSE(ended);
            CHECK(ended.error().phase == failure::read);
        }
    }
}

TEST_CASE("the head can be read before the body is complete") {
    response_parser parser({});
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
    REQUIRE(feed_all(parser, "owly"));
    const auto response = parser.take();
    CHECK(response.status == 429);
    CHECK(response.body.reveal() == "slowl");
}

TEST_CASE("feed() does not use bytes behind the response") {
    response_parser parser({});
    const auto rest = feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1");
    REQUIRE(rest);
    CHECK(*rest == "HTTP/1.1");
    CHECK(parser.body() == "ok");
}

TEST_CASE("a body can be read piece by piece") {
    response_parser parser({});
    const auto rest = feed_all(parser, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    REQUIRE(rest);
    CHECK(parser.body() == "one");
    parser.discard_body();
    CHECK(parser.body().empty());
    REQUIRE(feed_all(parser, *rest + "3\r\ntwo\r\n"));
    CHECK(parser.body() == "two");
}

TEST_CASE("keep_alive() follows the response's version and Connection header") {
    const auto keeps = [](std::string_view text) {
        response_parser parser({});
        REQUIRE(feed_all(parser, text));
        REQUIRE(parser.done());
        return parser.keep_alive();
    };
    CHECK(keeps("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));
    CHECK_FALSE(keeps("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
}

TEST_CASE("a response without a length ends with the connection") {
    response_parser parser({});
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\n\r\nall of it"));
    CHECK_FALSE(parser.done());
    CHECK(parser.finish());
    CHECK(parser.done());
    CHECK_FALSE(parser.keep_alive());
    CHECK(parser.body() == "all of it");
}

TEST_CASE("responses that are refused") {
    SUBCASE("redirects") {
        for (const auto* code : {"300", "301", "302", "303", "304", "307", "308"}) {
            check_refused("HTTP/1.1 " + std::string(code) +
                              " X\r\nLocation: https://CANARY/\r\nContent-Length: 0\r\n\r\n",
                          failure::protocol);
        }
    }
    SUBCASE("a Content-Encoding, or a Transfer-Encoding but chunked") {
        for (const auto* coding : {"gzip", "deflate", "br", "gzip, identity", "CANARY"}) {
            check_refused("HTTP/1.1 200 OK\r\nContent-Encoding: " + std::string(coding) +
                              "\r\nContent-Length: 0\r\n\r\n",
                          failure::protocol);
            check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: " + std::string(coding) + "\r\n\r\n",
                          failure::protocol);
        }
        check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", failure::protocol);
    }
    SUBCASE("contradictory or invalid lengths") {
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                      failure::protocol);
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                      failure::protocol);
        check_refused("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", failure::protocol);
    }
    SUBCASE("101 Switching Protocols") {
        check_refused("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n", failure::protocol);
    }
    SUBCASE("bytes that are not HTTP/1.1") {
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
    SUBCASE("endless interim responses") {
        std::string text;
        for (int i = 0; i < 100; ++i)
            text += "HTTP/1.1 100 Continue\r\n\r\n";
        check_refused(text, failure::protocol);
    }
}

TEST_CASE("responses beyond the limits are refused") {
    const net::response_limits limits{.header_bytes = 1024, .body_bytes = 10};
    check_refused("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'a') + "\r\n\r\n", failure::too_large, limits);
    check_refused("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'a'), failure::too_large, limits);
    check_refused("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", failure::too_large, limits);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n",
                  failure::too_large,
                  limits);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n",
                  failure::too_large,
                  limits);
    check_refused("HTTP/1.1 200 OK\r\n\r\nhello world", failure::too_large, limits);
    check_refused("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=" + std::string(2000, 'a'),
                  failure::too_large,
                  limits);
    response_parser parser(limits);
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"));
    CHECK(parser.done());
}

TEST_CASE("a huge Content-Length is not allocated in advance") {
    response_parser parser({.header_bytes = 1024, .body_bytes = SIZE_MAX});
    REQUIRE(feed_all(parser, "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nhello"));
    CHECK(parser.body() == "hello");
}

TEST_CASE("trailers do not change the head") {
    response_parser parser({});
    REQUIRE(feed_all(parser,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: Chunked\r\n\r\n"
                     "1\r\na\r\n0\r\nContent-Type: CANARY\r\nRetry-After: 5\r\n\r\n"));
    CHECK(parser.done());
    CHECK(parser.head().content_type == "text/plain");
    CHECK_FALSE(parser.head().retry_after);
}

TEST_CASE("eight interim responses are skipped, and nine refused") {
    const auto interim = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += "HTTP/1.1 103 Early Hints\r\nContent-Type: CANARY\r\n\r\n";
        return text + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    };
    response_parser parser({});
    REQUIRE(feed_all(parser, interim(8)));
    CHECK(parser.done());
    CHECK(parser.head().status == 200);
    CHECK(parser.head().content_type.empty());
    check_refused(interim(9), failure::protocol);
}

TEST_CASE("the body limit counts the bytes that are held") {
    response_parser parser({.header_bytes = 1024, .body_bytes = 10});
    std::string pending = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 3; ++i) {
        pending += "4\r\n0123\r\n6\r\n456789\r\n";
        const auto rest = feed_all(parser, pending);
        REQUIRE(rest);
        pending = *rest;
        CHECK(parser.body() == "0123456789");
        parser.discard_body();
    }
}

TEST_CASE("take() moves the head and the body out") {
    response_parser parser({});
    REQUIRE(feed_all(parser, "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok"));
    const auto taken = parser.take();
    CHECK(taken.status == 201);
    CHECK(taken.body.reveal() == "ok");
    CHECK(parser.body().empty());
}
