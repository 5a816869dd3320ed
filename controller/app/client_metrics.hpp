// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/transport.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"

/// Registers the metrics of a client, and returns the observer that counts and logs. Both arguments outlive
/// it.
[[nodiscard]] kube::client_observer observe_client(const runtime::logger& log,
                                                   runtime::metrics_registry& metrics);
