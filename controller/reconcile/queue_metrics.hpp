// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/queues.hpp"
#include "runtime/metrics/metrics.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace reconcile {

/// The queues with the name that metrics and the log give them.
using named_queue = std::pair<std::string_view, const runtime::object_queue*>;
[[nodiscard]] std::array<named_queue, 3> named_queues(const work_queues& queues);

/// Depth, retries, waits and work of each queue.
void register_queue_metrics(runtime::metrics_registry& metrics, const work_queues& queues);
/// How long new namespaces wait for their Secrets, and RegistryCredentials for all of theirs.
void register_delivery_metrics(runtime::metrics_registry& metrics, const work_queues& queues);

}  // namespace reconcile
