// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "support/print_result.hpp"
#include "support/run.hpp"
#include "support/scripted_server.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_certificates.hpp"

#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// An API server that sends the response that the test's function returns for a request, and a client of it.
/// The client's token, "CANARY-token-1", and CA come from files.
class api_fixture {
 public:
    using respond = std::function<std::string(const std::string& request)>;

    explicit api_fixture(respond respond, const net::http_limits& limits = patient_limits())
        : server(ca().issue_for_loopback(),
                 [respond = std::move(respond)](harness::scripted_session& session, int) {
                     for (;;) {
                         const auto request = session.read_request();
                         if (request.empty()) return;
                         session.write(respond(request));
                     }
                 }) {
        folder.write("token", "CANARY-token-1");
        folder.write("ca.crt", ca().certificate());
        client = std::make_unique<kube::client>(io.get_executor(), config(), limits);
        REQUIRE(client->load_certificates());
    }

    static const harness::certificate_authority& ca() {
        static const harness::certificate_authority authority;
        return authority;
    }
    static net::http_limits patient_limits() {
        net::http_limits limits;
        limits.connect = limits.handshake = limits.header = limits.inactivity = limits.total =
            std::chrono::seconds(50);
        return limits;
    }
    [[nodiscard]] kube::connection_config config() const {
        kube::connection_config config;
        config.server = {"127.0.0.1", server.port()};
        config.ca_file = folder.path("ca.crt");
        config.token_file = folder.path("token");
        config.user_agent = "example/1.2.3";
        config.field_manager = "example-manager";
        return config;
    }

    template <class T>
    T run(boost::asio::awaitable<T> task) {
        return harness::run(io, std::move(task));
    }
    [[nodiscard]] std::string last_request() const { return server.requests().back(); }
    /// "GET /path", of the last request.
    [[nodiscard]] std::string last_line() const {
        const auto request = last_request();
        return request.substr(0, request.find(" HTTP/1.1"));
    }

    harness::temporary_folder folder;
    harness::scripted_server server;
    boost::asio::io_context io;
    std::unique_ptr<kube::client> client;
};

/// The same response to every request.
inline api_fixture::respond always(int status, std::string body) {
    return
        [status, body = std::move(body)](const std::string&) { return harness::http_answer(status, body); };
}

inline bool has_field(const std::string& request, const std::string& field) {
    return request.find("\r\n" + field + "\r\n") != std::string::npos;
}

inline std::string body_of(const std::string& request) {
    return request.substr(request.find("\r\n\r\n") + 4);
}
