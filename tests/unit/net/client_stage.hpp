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

/// A client, and what its tests say about it. The CA's keys are made once for the program.
inline const harness::certificate_authority& test_ca() {
    static const harness::certificate_authority ca;
    return ca;
}

inline net::request request_for(std::string target,
                                net::method verb = net::method::get,
                                std::string_view body = {}) {
    net::request what;
    what.verb = verb;
    what.target = std::move(target);
    what.body = util::secret_bytes::copy_of(body);
    return what;
}

/// The client's deadlines in a test that one of them ends: far from all others.
inline net::http_limits patient_limits() {
    net::http_limits limits;
    limits.connect = limits.handshake = limits.header = limits.inactivity = limits.total =
        std::chrono::seconds(50);
    return limits;
}

struct client_stage {
    explicit client_stage(std::uint16_t port,
                          const net::http_limits& limits = patient_limits(),
                          const std::string& host = "127.0.0.1")
        : client(std::make_unique<net::http_client>(io.get_executor(), net::endpoint{host, port}, limits)) {
        trust(test_ca().certificate());
    }

    void trust(const std::string& ca_pem, const std::string& server_name = {}) {
        net::tls_config config;
        config.ca_pem = ca_pem;
        config.server_name = server_name;
        REQUIRE(client->use(config));
    }

    net::result<net::response> send(const net::request& what) { return harness::run(io, client->send(what)); }
    net::result<net::response> get(const std::string& target = "/") { return send(request_for(target)); }

    boost::asio::io_context io;
    std::unique_ptr<net::http_client> client;
};

/// A call that runs while the test does something else.
class running_call {
 public:
    running_call(client_stage& stage, net::request what) : what_(std::move(what)) {
        boost::asio::co_spawn(stage.io,
                              stage.client->send(what_),
                              [this](std::exception_ptr fault, net::result<net::response> answer) {
                                  if (fault) std::rethrow_exception(fault);
                                  answer_.emplace(std::move(answer));
                              });
    }
    running_call(const running_call&) = delete;
    running_call& operator=(const running_call&) = delete;

    [[nodiscard]] bool ended() const { return answer_.has_value(); }
    [[nodiscard]] net::result<net::response>& answer() { return *answer_; }

 private:
    net::request what_;
    std::optional<net::result<net::response>> answer_;
};

inline void check_failed(const net::result<net::response>& answer, net::failure phase, bool timeout = false) {
    REQUIRE_FALSE(answer);
    CAPTURE(answer.error().what);
    CHECK(net::to_string(answer.error().phase) == net::to_string(phase));
    CHECK(answer.error().timeout == timeout);
    CHECK(answer.error().what.find("CANARY") == std::string::npos);
}
