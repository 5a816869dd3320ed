// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_server.hpp"
#include "runtime/metrics/metrics.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// Why the controller is not ready; nothing while it is.
using readiness = std::function<std::optional<std::string>()>;

/// The response to a GET of /healthz, /readyz or /metrics. /healthz does not depend on the API server: a
/// restart does not mend its outage.
[[nodiscard]] net::server_response probe_page(std::string_view path,
                                              const readiness& not_ready,
                                              const runtime::metrics_registry& metrics);
