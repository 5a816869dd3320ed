// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/tls_server_context.hpp"

#include "net/http_server.hpp"
#include "unit/net/client_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace asio = boost::asio;

namespace {

util::secret_bytes key_of(const harness::identity& identity) {
    return util::secret_bytes::copy_of(identity.key);
}

net::tls_server_context context_of(const harness::identity& identity) {
    auto made = net::tls_server_context::make(identity.certificate, key_of(identity));
    REQUIRE(made);
    return *made;
}

/// A server with TLS that shows a certificate for this machine, and a client that trusts it.
struct secured {
    explicit secured(std::chrono::milliseconds phase_timeout = std::chrono::hours(1))
        : server(client.io.get_executor(),
                 net::at_once([this](const net::server_request& request) {
                     authorization = std::string(request.authorization.reveal());
                     return net::server_response{.status = 200, .body = request.path + "|" + request.accept};
                 }),
                 phase_timeout) {
        server.use_tls([this] { return shown; });
        REQUIRE(server.listen("127.0.0.1", 0));
        client.client = std::make_unique<net::http_client>(
            client.io.get_executor(), net::endpoint{"127.0.0.1", server.port()}, long_timeouts());
        client.trust(test_ca().certificate());
    }

    client_fixture client{1};
    std::optional<net::tls_server_context> shown = context_of(test_ca().issue_for_loopback());
    std::string authorization;
    net::http_server server;
};

}  // namespace

TEST_CASE("a request over TLS has its path, the formats it accepts and its authorization") {
    secured f;
    auto request = request_for("/metrics?x=1");
    request.headers.emplace_back("Accept", "text/plain");
    request.bearer_token = util::secret_bytes::copy_of("CANARY-1");
    const auto response = f.client.send(request);
    REQUIRE(response);
    CHECK(response->status == 200);
    CHECK(response->body.reveal() == "/metrics|text/plain");
    CHECK(f.authorization == "Bearer CANARY-1");
}

TEST_CASE("each connection is shown the certificate of then") {
    secured f;
    REQUIRE(f.client.get());
    const harness::certificate_authority another;
    f.shown = context_of(another.issue_for_loopback());
    check_failed(f.client.get(), net::failure::tls);
    f.client.trust(another.certificate());
    CHECK(f.client.get());
    f.shown.reset();
    CHECK_FALSE(f.client.get());
}

TEST_CASE("a plain request to a server with TLS is not answered, and a silent client is disconnected") {
    secured f(std::chrono::milliseconds(50));
    for (const std::string text : {"GET /metrics HTTP/1.1\r\n\r\n", ""}) {
        asio::ip::tcp::socket plain(f.client.io);
        plain.connect({asio::ip::address_v4::loopback(), f.server.port()});
        asio::write(plain, asio::buffer(text));
        std::string answer;
        boost::system::error_code end;
        harness::run(f.client.io,
                     [](asio::ip::tcp::socket& from,
                        std::string& to,
                        boost::system::error_code& ec) -> asio::awaitable<void> {
                         co_await asio::async_read(
                             from, asio::dynamic_buffer(to), asio::redirect_error(asio::use_awaitable, ec));
                     }(plain, answer, end));
        CHECK(answer.find("200") == std::string::npos);
    }
}

TEST_CASE("a certificate that cannot be used is an error that quotes nothing of it") {
    const auto one = test_ca().issue_for_loopback();
    const auto two = test_ca().issue_for_loopback();
    const auto fault = [](const std::string& certificate, const std::string& key) {
        const auto made = net::tls_server_context::make(certificate, util::secret_bytes::copy_of(key));
        return made ? std::string("none") : made.error().what;
    };
    CHECK(fault(one.certificate, one.key) == "none");
    CHECK(fault(one.certificate, two.key) == "server key: does not belong to the server certificate");
    CHECK(fault("CANARY", one.key) == "server certificate: not a certificate");
    CHECK(fault(one.certificate, "CANARY") == "server key: not a private key, or protected by a pass phrase");
}
