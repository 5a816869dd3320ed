// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_message.hpp"

#include "support/print_result.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

net::request simple(net::method verb) {
    net::request request;
    request.verb = verb;
    request.target = "/api/v1/namespaces?limit=5";
    return request;
}

std::string text_of(const net::request& request) {
    const auto text = net::serialize(request, "10.0.0.1:443");
    REQUIRE(text);
    return std::string(text->reveal());
}

}  // namespace

TEST_CASE("a GET has no body and no length") {
    CHECK(text_of(simple(net::method::get)) ==
          "GET /api/v1/namespaces?limit=5 HTTP/1.1\r\nHost: 10.0.0.1:443\r\n\r\n");
}

TEST_CASE("the headers, the token and the body are in one text") {
    auto request = simple(net::method::post);
    request.headers.emplace_back("Accept", "application/json");
    request.bearer_token = util::secret_bytes::copy_of("CANARY-token");
    request.body = util::secret_bytes::copy_of("{\"a\":1}\r\n");
    CHECK(text_of(request) ==
          "POST /api/v1/namespaces?limit=5 HTTP/1.1\r\nHost: 10.0.0.1:443\r\nAccept: application/json\r\n"
          "Authorization: Bearer CANARY-token\r\nContent-Length: 9\r\n\r\n{\"a\":1}\r\n");
}

TEST_CASE("a write without a body has Content-Length: 0") {
    CHECK(text_of(simple(net::method::delete_)).ends_with("Content-Length: 0\r\n\r\n"));
}

TEST_CASE("a request with a line break in its target, headers or token is refused") {
    const auto refused = [](auto change) {
        auto request = simple(net::method::get);
        change(request);
        const auto text = net::serialize(request, "host:443");
        REQUIRE_FALSE(text);
        CHECK(text.error().phase == net::failure::protocol);
        CHECK(text.error().what.find("CANARY") == std::string::npos);
        CHECK_FALSE(text.error().sent);
    };
    refused([](net::request& request) { request.target = "/a\r\nX: y"; });
    refused([](net::request& request) { request.target = "/a b"; });
    refused([](net::request& request) { request.target = ""; });
    refused([](net::request& request) { request.target = "http://elsewhere/"; });
    refused([](net::request& request) { request.headers.emplace_back("A\n", "b"); });
    refused([](net::request& request) { request.headers.emplace_back("A", "CANARY\r\nB: c"); });
    refused([](net::request& request) { request.headers.emplace_back("A", std::string("a\0b", 3)); });
    refused(
        [](net::request& request) { request.bearer_token = util::secret_bytes::copy_of("CANARY\nX: y"); });
}

TEST_CASE("authority() is the host and the port as in a URL") {
    CHECK(net::endpoint{"10.0.0.1", 6443}.authority() == "10.0.0.1:6443");
    CHECK(net::endpoint{"fd00::1", 443}.authority() == "[fd00::1]:443");
    CHECK(net::endpoint{"kubernetes.default.svc", 443}.authority() == "kubernetes.default.svc:443");
}
