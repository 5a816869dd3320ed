// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "statistics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace bench {

namespace {

constexpr double bulk_ratio = 1.3;
constexpr double bulk_ratio_with_accounts = 1.2;
constexpr double latency_ratio = 2;
constexpr double megabytes = 20;
constexpr double seconds_in_a_burst = 2;

target at_most(std::string name, double wanted, double measured, std::string_view unit) {
    return {.name = std::move(name),
            .wanted = fmt::format("≤ {}{}", wanted, unit),
            .measured = fmt::format("{:.2f}{}", measured, unit),
            .ok = measured <= wanted};
}

double highest_memory(const figures& measured) {
    double highest = 0;
    for (const auto& one : measured.phases)
        highest = std::max(highest, one.memory.now);
    return highest;
}

target exact_writes(std::string name, const std::vector<std::size_t>& counts, std::size_t wanted) {
    return {.name = std::move(name),
            .wanted = fmt::format("{}", wanted),
            .measured = fmt::format("{}", fmt::join(std::set(counts.begin(), counts.end()), ", ")),
            .ok = std::ranges::all_of(counts, [&](auto count) { return count == wanted; })};
}

target idle_requests(const phase& idle) {
    return {.name = "writes and lists in " + idle.name,
            .wanted = "0 and 0",
            .measured = fmt::format("{} and {}", idle.requests.writes, idle.requests.lists),
            .ok = idle.requests.writes == 0 && idle.requests.lists == 0};
}

}  // namespace

std::vector<target> targets(const figures& measured, const extent& how_much) {
    const auto limit = median(measured.post.seconds);
    return {
        at_most("first sync", bulk_ratio, median(measured.first_sync.seconds) / limit, " × the limit"),
        at_most("rotation", bulk_ratio, median(measured.rotation.seconds) / limit, " × the limit"),
        at_most("first sync with ServiceAccounts",
                bulk_ratio_with_accounts,
                median(measured.first_sync_with_accounts.seconds) / median(measured.post_and_patch.seconds),
                " × its limit"),
        at_most("new namespace → Secret at p50",
                latency_ratio,
                median(measured.namespace_served) / median(measured.post_answered),
                " × one POST"),
        at_most("new ServiceAccount → listed at p50",
                latency_ratio,
                median(measured.account_served) / median(measured.patch_answered),
                " × one PATCH"),
        at_most("new ServiceAccount → listed at p99",
                latency_ratio,
                percentile(measured.account_served, 99) / percentile(measured.patch_answered, 99),
                " × one PATCH"),
        at_most("new namespace → Secret in a burst of Events, the slowest",
                seconds_in_a_burst,
                percentile(measured.of_events.namespace_served, 100) / 1000,
                " s"),
        at_most("failing Pod → status in a burst of Events, the slowest",
                seconds_in_a_burst,
                percentile(measured.of_events.pod_told, 100) / 1000,
                " s"),
        at_most("resident memory", megabytes, highest_memory(measured), " MB"),
        exact_writes(
            "writes of Secrets for each first sync and rotation", measured.writes, how_much.namespaces),
        exact_writes("writes for each first sync with ServiceAccounts",
                     measured.writes_with_accounts,
                     2 * how_much.namespaces),
        idle_requests(measured.phases.back()),
    };
}

}  // namespace bench
