// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_server.hpp"
#include "runtime/metrics/metrics.hpp"

#include <functional>
#include <string>

/// Whether the controller is ready, and what fails: a line each. It may be ready all the same. One that waits
/// for the Lease is ready too: it can take over.
struct readiness {
    bool ready = false;
    std::string failures;
    std::string role;  // "leader" or "standby"; empty: without leader election
};

/// The response to a GET of /healthz, /readyz or /metrics. /healthz does not depend on the API server: a
/// restart does not mend its outage. `metrics` is null if they are served elsewhere.
[[nodiscard]] net::server_response probe_page(const net::server_request& request,
                                              const std::function<readiness()>& state,
                                              const runtime::metrics_registry* metrics);
