// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_tunnel.hpp"

#include "unit/net/client_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

std::shared_ptr<const net::http_proxy> proxy_at(std::uint16_t port, std::string_view credentials = {}) {
    return std::make_shared<const net::http_proxy>(
        net::http_proxy{.server = {.host = "127.0.0.1", .port = port},
                        .credentials = util::secret_bytes::copy_of(credentials)});
}

const net::endpoint api_server{.host = "localhost", .port = 6443};

/// A server behind a proxy that gives this answer to CONNECT. The client never reaches port 6443.
struct tunnel_fixture {
    explicit tunnel_fixture(const std::string& answer,
                            std::string_view credentials = {},
                            net::http_limits limits = long_timeouts())
        : server(test_ca().issue_for_loopback(), respond_ok, options(answer)) {
        auto target = api_server;
        target.proxy = proxy_at(server.port(), credentials);
        client = std::make_unique<net::http_client>(io.get_executor(), target, limits);
        net::tls_config config;
        config.ca_pem = test_ca().certificate();
        REQUIRE(client->set_tls_config(config));
    }
    static harness::server_options options(const std::string& answer) {
        harness::server_options made;
        made.connect_response = answer;
        return made;
    }
    net::result<net::response> get() {
        const auto request = request_for("/api");
        return harness::run(io, client->send(request));
    }

    harness::scripted_server server;
    boost::asio::io_context io;
    std::unique_ptr<net::http_client> client;
};

bool is_open(std::string_view received) {
    const auto answer = net::read_connect_response(received);
    return answer && answer->has_value();
}

net::failure refusal(std::string_view received) {
    const auto answer = net::read_connect_response(received);
    REQUIRE(answer);
    REQUIRE(answer->has_error());
    CHECK(answer->error().what.find("CANARY") == std::string::npos);
    return answer->error().phase;
}

}  // namespace

TEST_CASE("a proxy is asked for the server, with its credentials if it has any") {
    const auto plain = proxy_at(3128);
    CHECK(net::connect_request(*plain, {.host = "::1", .port = 443}).reveal() ==
          "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n");
    const auto guarded = proxy_at(3128, "user:pass");
    CHECK(net::connect_request(*guarded, api_server).reveal() ==
          "CONNECT localhost:6443 HTTP/1.1\r\nHost: localhost:6443\r\n"
          "Proxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
}

TEST_CASE("a tunnel is open after a head with a status of 200 to 299, and not sooner") {
    const std::string head = "HTTP/1.1 200 Connection established\r\nVia: proxy\r\n\r\n";
    for (std::size_t i = 0; i < head.size(); ++i)
        CHECK_FALSE(net::read_connect_response(head.substr(0, i)));
    CHECK(is_open(head));
    CHECK(is_open("HTTP/1.0 299 \r\n\r\n"));
}

TEST_CASE("any other response opens no tunnel, and quotes nothing of it") {
    using enum net::failure;
    CHECK(refusal("HTTP/1.1 407 CANARY\r\n\r\n") == connect);
    CHECK(refusal("HTTP/1.1 300 CANARY\r\n\r\n") == connect);
    CHECK(refusal("HTTP/1.1 199 CANARY\r\n\r\n") == connect);
    CHECK(refusal("HTTP/1.1 20x CANARY\r\n\r\n") == protocol);
    CHECK(refusal("CANARY\r\n\r\n") == protocol);
    CHECK(refusal("HTTP/1.1 2\r\n\r\n") == protocol);
    CHECK(refusal("HTTP/1.1 200 OK\r\n\r\nCANARY") == protocol);
    CHECK(refusal(std::string(net::longest_connect_response, 'x')) == protocol);
}

TEST_CASE("requests go through the tunnel, with TLS to the server itself, on one connection") {
    tunnel_fixture tunnel("HTTP/1.1 200 OK\r\n\r\n", "user:pass");
    for (int i = 0; i < 2; ++i) {
        const auto response = tunnel.get();
        REQUIRE(response);
        CHECK(response->status == 200);
    }
    const auto requests = tunnel.server.requests();
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].starts_with("CONNECT localhost:6443 HTTP/1.1\r\n"));
    CHECK(requests[0].find("Proxy-Authorization: Basic dXNlcjpwYXNz\r\n") != std::string::npos);
    CHECK(requests[1].starts_with("GET /api HTTP/1.1\r\n"));
    CHECK(requests[1].find("Proxy-Authorization") == std::string::npos);
    CHECK(requests[1].find("Host: localhost:6443\r\n") != std::string::npos);
    CHECK(tunnel.server.connections() == 1);
}

TEST_CASE("a proxy that refuses the tunnel is named, with what to do") {
    tunnel_fixture tunnel("HTTP/1.1 407 CANARY\r\n\r\n");
    const auto response = tunnel.get();
    check_failed(response, net::failure::connect);
    CHECK(response.error().what.find("proxy 127.0.0.1:") == 0);
    CHECK(response.error().what.find("http://USER:PASSWORD@PROXY") != std::string::npos);
}

TEST_CASE("a proxy that says nothing is given up after the time for connecting") {
    auto limits = long_timeouts();
    limits.connect = 50ms;
    harness::server_options plain;
    plain.tls = false;
    const harness::scripted_server silent(
        test_ca().issue_for_loopback(),
        [](harness::scripted_session& session, int) { session.wait_until_closed(); },
        plain);
    auto target = api_server;
    target.proxy = proxy_at(silent.port());
    client_fixture fixture(silent.port(), limits);
    fixture.client = std::make_unique<net::http_client>(fixture.io.get_executor(), target, limits);
    fixture.trust(test_ca().certificate());
    check_failed(fixture.get(), net::failure::connect, true);
}
