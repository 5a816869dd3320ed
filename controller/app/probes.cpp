// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/probes.hpp"

#include "app/metrics_server.hpp"

#include <string>

net::server_response probe_page(const net::server_request& request,
                                const std::function<readiness()>& state,
                                const runtime::metrics_registry* metrics) {
    const auto& path = request.path;
    if (path == "/healthz") return {.status = 200, .body = "ok\n"};
    if (path == "/readyz") {
        const auto now = state();
        const auto rest = now.failures + (now.role.empty() ? "" : now.role + "\n");
        if (!now.ready) return {.status = 503, .body = "not ready:\n" + rest};
        return {.status = 200, .body = (now.failures.empty() ? "ok\n" : "ok, except:\n") + rest};
    }
    if (path == "/metrics") {
        if (metrics != nullptr) return metrics_page(*metrics, request.accept);
        return {.status = 404, .body = "/metrics is at --metrics-listen-address, with TLS\n"};
    }
    return {.status = 404, .body = "try /healthz, /readyz or /metrics\n"};
}
