// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "app/metrics_access.hpp"
#include "app/server_certificate.hpp"
#include "kube/client/client.hpp"
#include "kube/error.hpp"
#include "net/http_server.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

/// The response with the metrics, in the format that the header Accept asks for.
[[nodiscard]] net::server_response metrics_page(const runtime::metrics_registry& metrics,
                                                std::string_view accept);
/// The response to a client that may not, or cannot, be shown them; nothing: it may.
[[nodiscard]] std::optional<net::server_response> refusal_of(access_verdict answer);

/// Serves /metrics, and nothing else, with TLS to clients that the API server authenticates and RBAC allows
/// to get the path /metrics. What is given by reference outlives it.
class metrics_server {
 public:
    metrics_server(const boost::asio::any_io_executor& executor,
                   kube::client& client,
                   const runtime::logger& log,
                   runtime::metrics_registry& metrics,
                   const secure_metrics& settings);

    [[nodiscard]] kube::result<void> listen();
    [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
    void close() { server_.close(); }

 private:
    [[nodiscard]] boost::asio::awaitable<net::server_response> respond(net::server_request request);
    [[nodiscard]] std::optional<net::tls_server_context> certificate();

    const secure_metrics& settings_;
    const runtime::logger& log_;
    const runtime::metrics_registry& metrics_;
    runtime::counter& reloads_;
    server_certificate certificate_;
    metrics_access access_;
    net::http_server server_;
};
