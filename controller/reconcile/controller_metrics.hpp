// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pull_watcher.hpp"
#include "reconcile/safety/admission_checker.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/watch_report.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

#include <functional>
#include <vector>

namespace reconcile {

// The metrics whose values are read from the controller's parts when /metrics is read. The parts outlive the
// registry's use. deploy/README.md lists them.

/// Of the work on Secrets.
void register_work_metrics(runtime::metrics_registry& metrics,
                           const work_queues& queues,
                           const deletion_guard& guard,
                           const admission_checker& admission);
void register_state_metrics(runtime::metrics_registry& metrics, const cluster_state& state);
/// Of Pods that cannot pull.
void register_pull_metrics(runtime::metrics_registry& metrics, const pull_watcher& pulls);
/// Of Kubernetes Events that the controller writes.
void register_event_metrics(runtime::metrics_registry& metrics, const runtime::event_recorder& events);
/// Of the watches that `reports` returns.
void register_watch_metrics(runtime::metrics_registry& metrics,
                            const std::function<std::vector<watch_report>()>& reports,
                            const runtime::wall_clock& clock);
/// Repairs of what another writer has changed. Labels: resource, cause.
[[nodiscard]] runtime::counter_family& register_drift(runtime::metrics_registry& metrics);

}  // namespace reconcile
