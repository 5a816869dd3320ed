// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_client.hpp"
#include "support/print_result.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"
#include "support/test_certificates.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

/// The CA that signs the servers' certificates. Its keys are made once for the program.
inline const harness::certificate_authority& test_ca() {
    static const harness::certificate_authority ca;
    return ca;
}

/// Answers every request of a connection with 200.
inline void respond_ok(harness::scripted_session& session, int) {
    while (!session.read_request().empty())
        session.write(harness::http_answer(200, "{}"));
}

/// A port that refuses connections.
inline std::uint16_t closed_port() {
    const harness::scripted_server stopped(test_ca().issue_for_loopback(),
                                           [](harness::scripted_session&, int) {});
    return stopped.port();
}

inline net::request request_for(std::string target,
                                net::method verb = net::method::get,
                                std::string_view body = {}) {
    net::request request;
    request.verb = verb;
    request.target = std::move(target);
    request.body = util::secret_bytes::copy_of(body);
    return request;
}

/// Timeouts that no test reaches. A test of one of them lowers that one.
inline net::http_limits long_timeouts() {
    net::http_limits limits;
    limits.connect = limits.handshake = limits.header = limits.inactivity = limits.total =
        std::chrono::seconds(50);
    return limits;
}

/// An HTTP client of a server on this machine.
struct client_fixture {
    explicit client_fixture(std::uint16_t port,
                            const net::http_limits& limits = long_timeouts(),
                            const std::string& host = "127.0.0.1")
        : client(std::make_unique<net::http_client>(io.get_executor(), net::endpoint{host, port}, limits)) {
        trust(test_ca().certificate());
    }

    void trust(const std::string& ca_pem, const std::string& server_name = {}) {
        net::tls_config config;
        config.ca_pem = ca_pem;
        config.server_name = server_name;
        REQUIRE(client->set_tls_config(config));
    }

    net::result<net::response> send(const net::request& request) {
        return harness::run(io, client->send(request));
    }
    net::result<net::response> get(const std::string& target = "/") { return send(request_for(target)); }

    boost::asio::io_context io;
    std::unique_ptr<net::http_client> client;
};

/// A call that runs while the test does something else.
class pending_call {
 public:
    pending_call(client_fixture& fixture, net::request request) : request_(std::move(request)) {
        boost::asio::co_spawn(fixture.io,
                              fixture.client->send(request_),
                              [this](const std::exception_ptr& fault, net::result<net::response> response) {
                                  if (fault) std::rethrow_exception(fault);
                                  response_.emplace(std::move(response));
                              });
    }
    pending_call(const pending_call&) = delete;
    pending_call& operator=(const pending_call&) = delete;

    [[nodiscard]] bool ended() const { return response_.has_value(); }
    [[nodiscard]] net::result<net::response>& response() { return *response_; }

 private:
    net::request request_;
    std::optional<net::result<net::response>> response_;
};

inline void check_failed(const net::result<net::response>& response,
                         net::failure phase,
                         bool timeout = false) {
    REQUIRE_FALSE(response);
    CAPTURE(response.error().what);
    CHECK(net::to_string(response.error().phase) == net::to_string(phase));
    CHECK(response.error().timeout == timeout);
    CHECK(response.error().what.find("CANARY") == std::string::npos);
}
