// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/request_text.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

net::request simple(net::method verb) {
    net::request what;
    what.verb = verb;
    what.target = "/api/v1/namespaces?limit=5";
    return what;
}

std::string text_of(const net::request& what) {
    const auto text = net::request_text(what, "10.0.0.1:443");
    REQUIRE(text);
    return std::string(text->reveal());
}

}  // namespace

TEST_CASE("a GET has no body and no length") {
    CHECK(text_of(simple(net::method::get)) ==
          "GET /api/v1/namespaces?limit=5 HTTP/1.1\r\nHost: 10.0.0.1:443\r\n\r\n");
}

TEST_CASE("headers, token and body stand in one text") {
    auto what = simple(net::method::post);
    what.headers.emplace_back("Accept", "application/json");
    what.bearer_token = util::secret_bytes::copy_of("CANARY-token");
    what.body = util::secret_bytes::copy_of("{\"a\":1}\r\n");
    CHECK(text_of(what) ==
          "POST /api/v1/namespaces?limit=5 HTTP/1.1\r\nHost: 10.0.0.1:443\r\nAccept: application/json\r\n"
          "Authorization: Bearer CANARY-token\r\nContent-Length: 9\r\n\r\n{\"a\":1}\r\n");
}

TEST_CASE("a write without a body says so") {
    CHECK(text_of(simple(net::method::delete_)).ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("no part of a request can end a line early") {
    const auto refused = [](auto change) {
        auto what = simple(net::method::get);
        change(what);
        const auto text = net::request_text(what, "host:443");
        REQUIRE_FALSE(text);
        CHECK(text.error().phase == net::failure::protocol);
        CHECK(text.error().what.find("CANARY") == std::string::npos);
        CHECK_FALSE(text.error().sent);
    };
    refused([](net::request& what) { what.target = "/a\r\nX: y"; });
    refused([](net::request& what) { what.target = "/a b"; });
    refused([](net::request& what) { what.target = ""; });
    refused([](net::request& what) { what.target = "http://elsewhere/"; });
    refused([](net::request& what) { what.headers.emplace_back("A\n", "b"); });
    refused([](net::request& what) { what.headers.emplace_back("A", "CANARY\r\nB: c"); });
    refused([](net::request& what) { what.headers.emplace_back("A", std::string("a\0b", 3)); });
    refused([](net::request& what) { what.bearer_token = util::secret_bytes::copy_of("CANARY\nX: y"); });
}

TEST_CASE("the host is written as in a URL") {
    CHECK(net::endpoint{"10.0.0.1", 6443}.authority() == "10.0.0.1:6443");
    CHECK(net::endpoint{"fd00::1", 443}.authority() == "[fd00::1]:443");
    CHECK(net::endpoint{"kubernetes.default.svc", 443}.authority() == "kubernetes.default.svc:443");
}
