// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/sync_runs.hpp"

namespace reconcile {

std::string_view to_string(sync_cause cause) noexcept {
    switch (cause) {
        case sync_cause::started:
            return "started";
        case sync_cause::created:
            return "created";
        case sync_cause::spec_changed:
            return "spec_changed";
        case sync_cause::source_changed:
            return "source_changed";
    }
    return {};
}

void sync_runs::begin(const std::string& credential, sync_cause cause, runtime::time_point now) {
    runs_.try_emplace(credential, run{.cause = cause, .since = now, .last_write = now});
}

void sync_runs::restart(runtime::time_point now) {
    for (auto& [name, each] : runs_)
        each = {.cause = sync_cause::started, .since = now, .last_write = now};
}

void sync_runs::wrote(const std::string& credential, runtime::time_point now) {
    const auto found = runs_.find(credential);
    if (found == runs_.end()) return;
    ++found->second.written;
    found->second.last_write = now;
}

bool sync_runs::holds_back(const std::string& credential, runtime::time_point now) const {
    const auto found = runs_.find(credential);
    return found != runs_.end() && now - found->second.last_write < longest_silence;
}

std::optional<finished_sync> sync_runs::finish(const std::string& credential,
                                               const sync_rest& rest,
                                               runtime::time_point now) {
    const auto found = runs_.find(credential);
    if (found == runs_.end() || rest.pending > 0) return std::nullopt;
    const auto known = found->second;
    if (!rest.queue_is_empty && now - known.last_write < longest_silence) return std::nullopt;
    runs_.erase(found);
    if (known.written == 0) return std::nullopt;
    const auto duration = known.last_write - known.since;
    durations_[static_cast<std::size_t>(known.cause)].observe(duration);
    return finished_sync{
        .cause = known.cause, .written = known.written, .failed = rest.failed, .duration = duration};
}

}  // namespace reconcile
