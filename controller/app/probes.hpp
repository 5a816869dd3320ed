// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_server.hpp"
#include "reconcile/controller.hpp"
#include "runtime/metrics/metrics.hpp"

#include <string_view>

/// The answer to a GET of /healthz, /readyz or /metrics. Liveness does not depend on the API server: its
/// outage is no reason to restart.
[[nodiscard]] net::server_response probe_page(std::string_view path,
                                   const reconcile::controller& work,
                                   const runtime::metrics_registry& metrics);
