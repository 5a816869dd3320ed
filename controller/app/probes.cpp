// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/probes.hpp"

#include <string>

net::server_response probe_page(std::string_view path,
                                const std::function<readiness()>& state,
                                const runtime::metrics_registry& metrics) {
    if (path == "/healthz") return {.status = 200, .body = "ok\n"};
    if (path == "/readyz") {
        const auto now = state();
        const auto rest = now.failures + (now.role.empty() ? "" : now.role + "\n");
        if (!now.ready) return {.status = 503, .body = "not ready:\n" + rest};
        return {.status = 200, .body = (now.failures.empty() ? "ok\n" : "ok, except:\n") + rest};
    }
    if (path == "/metrics") {
        return {.status = 200,
                .content_type = std::string(runtime::metrics_registry::content_type),
                .body = metrics.text()};
    }
    return {.status = 404, .body = "try /healthz, /readyz or /metrics\n"};
}
