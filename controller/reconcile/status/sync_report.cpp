// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/sync_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace reconcile {

namespace {

std::string_view words_for(sync_cause cause) {
    switch (cause) {
        case sync_cause::started:
            return "this controller began to write";
        case sync_cause::created:
            return "the RegistryCredential was created";
        case sync_cause::spec_changed:
            return "the spec changed";
        case sync_cause::source_changed:
            return "a source changed";
    }
    return {};
}

}  // namespace

sync_rest rest_of(const v1alpha1::registry_credential_status& status, const work_queues& queues) {
    const auto& counts = status.namespaces;
    const auto& queue = queues.secrets.queue();
    return {.pending = static_cast<std::size_t>(
                std::max(std::int64_t{0}, counts.selected - counts.synced - counts.failed)),
            .failed = static_cast<std::size_t>(counts.failed),
            .queue_is_empty = queue.waiting(runtime::priority::bulk) == 0 && queue.running() == 0};
}

void add_result(std::vector<credential_event>& events, const finished_sync& result) {
    const auto seconds = std::chrono::duration<double>(result.duration).count();
    const auto failed = result.failed == 0   ? std::string("no namespace")
                        : result.failed == 1 ? std::string("1 namespace")
                                             : fmt::format("{} namespaces", result.failed);
    for (auto& each : events) {
        if (!each.action.ends_with("Secret")) continue;
        each.note += fmt::format(
            "; the last one {:.2f} s after {}; {} failed", seconds, words_for(result.cause), failed);
    }
}

}  // namespace reconcile
