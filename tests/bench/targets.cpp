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
constexpr double latency_ratio = 2;
constexpr double megabytes = 20;

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

target exact_writes(const figures& measured, std::size_t namespaces) {
    return {.name = "writes of Secrets for each first sync and rotation",
            .wanted = fmt::format("{}", namespaces),
            .measured =
                fmt::format("{}", fmt::join(std::set(measured.writes.begin(), measured.writes.end()), ", ")),
            .ok = std::ranges::all_of(measured.writes, [&](auto count) { return count == namespaces; })};
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
        at_most("new namespace → Secret at p50",
                latency_ratio,
                median(measured.namespace_served) / median(measured.post_answered),
                " × one POST"),
        at_most("resident memory", megabytes, highest_memory(measured), " MB"),
        exact_writes(measured, how_much.namespaces),
        idle_requests(measured.phases.back()),
    };
}

}  // namespace bench
