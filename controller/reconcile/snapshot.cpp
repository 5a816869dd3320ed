// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/snapshot.hpp"

#include "reconcile/queue_metrics.hpp"

#include <algorithm>

namespace reconcile {

void log_snapshot(const runtime::logger& log,
                  const cluster_state& state,
                  const work_queues& queues,
                  const std::vector<watch_report>& watches,
                  runtime::time_point now) {
    using runtime::priority;
    const auto level = std::max(runtime::log_level::info, log.level());
    log.log(level,
            "snapshot of objects",
            {{"registrycredentials", state.credentials().size()},
             {"namespaces", state.namespaces().size()},
             {"results", state.results().size()},
             {"new_namespace_secrets_waiting", queues.arrivals.waiting()}});
    for (const auto& [name, pool] : named_queues(queues)) {
        const auto& queue = pool->queue();
        log.log(level,
                "snapshot of queue",
                {{"queue", name},
                 {"urgent", queue.waiting(priority::urgent)},
                 {"normal", queue.waiting(priority::normal)},
                 {"bulk", queue.waiting(priority::bulk)},
                 {"running", queue.running()},
                 {"delayed", queue.delayed()},
                 {"failing", queue.failing()}});
    }
    for (const auto& each : watches) {
        const bool received = each.health.last_received != runtime::time_point::min();
        log.log(level,
                "snapshot of watch",
                {{"watch", each.watch},
                 {"synced", each.health.synced},
                 {"silent_ms", received ? now - each.health.last_received : runtime::duration::zero()},
                 {"ended", each.health.ended},
                 {"failed", each.health.failed},
                 {"unreadable", each.unreadable},
                 {"error", each.health.last_error}});
    }
}

}  // namespace reconcile
