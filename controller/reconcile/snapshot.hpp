// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/watch_report.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"

#include <vector>

namespace reconcile {

/// Logs what the controller holds and waits for: a line for each queue and each watch, and one of counts.
/// Whoever asks for it gets it at any log level.
void log_snapshot(const runtime::logger& log,
                  const cluster_state& state,
                  const work_queues& queues,
                  const std::vector<watch_report>& watches,
                  runtime::time_point now);

}  // namespace reconcile
