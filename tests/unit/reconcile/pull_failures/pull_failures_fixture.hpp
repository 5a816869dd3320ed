// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/pull_failures/pull_failures.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// A table of failing Pods, the Secrets that exist, and a clock that the test moves.
struct pull_failures_fixture {
    std::set<runtime::object_key> present;  // the Secrets that exist
    reconcile::pull_failures table{
        [] { return 0.0; }, [this](const runtime::object_key& secret) { return !present.contains(secret); }};
    runtime::time_point now{std::chrono::hours(1)};
    runtime::wall_time wall{};

    std::set<std::string> record_event(const std::string& ns,
                                       const std::string& pod,
                                       std::vector<std::string> secrets = {"regcred"},
                                       std::string uid = "") {
        if (uid.empty()) uid = "uid-" + pod;
        return table.record_event(
            {.namespace_name = ns, .pod = pod, .uid = uid, .secrets = std::move(secrets)},
            now,
            wall + (now - runtime::time_point{}));
    }
    /// The Pod to look at, as namespace/name; empty: none.
    std::string due() {
        const auto pod = table.next_look(now);
        return pod ? runtime::to_string(runtime::view_of(*pod)) : "";
    }
    std::set<std::string> record_pod(const std::string& ns,
                                     const std::string& pod,
                                     const std::optional<reconcile::pod_view>& found) {
        return table.record_pod(
            {.namespace_name = ns, .name = pod}, found, now, wall + (now - runtime::time_point{}));
    }
    [[nodiscard]] std::string failing(const std::string& secret = "regcred") const {
        std::string text;
        table.for_each(secret, [&](const auto& pod) {
            text += fmt::format("{}{}/{}", text.empty() ? "" : " ", pod.namespace_name, pod.pod);
        });
        return text;
    }
};

/// What a look at a Pod finds.
inline reconcile::pod_view seen(reconcile::pod_progress progress,
                                const std::string& pod = "web",
                                std::vector<std::string> secrets = {"regcred"}) {
    return {.uid = "uid-" + pod, .deleting = false, .pull_secrets = std::move(secrets), .progress = progress};
}

}  // namespace test
