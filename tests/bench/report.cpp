// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include "statistics.hpp"
#include "targets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace bench {

namespace {

/// A line of a bulk table: so many writes, and how many times as long as each of the limits they took.
void add_bulk(
    table& rows, std::string name, const bulk& one, std::size_t writes, const std::vector<double>& limits) {
    const auto seconds = median(one.seconds);
    table::row cells{
        std::move(name),
        fmt::format("{:.2f}", seconds),
        fmt::format("{:.2f} – {:.2f}", std::ranges::min(one.seconds), std::ranges::max(one.seconds)),
        fmt::format("{:.0f}", static_cast<double>(writes) / seconds)};
    for (const auto limit : limits)
        cells.push_back(fmt::format("{:.2f}", seconds / limit));
    cells.push_back(fmt::format("{:.2f}", median(one.cpu_seconds)));
    rows.add(std::move(cells));
}

section bulk_section(const figures& measured, const extent& how_much) {
    table rows({"", "s", "lowest – highest", "Secrets/s", "× POSTs", "× PUTs", "client's CPU s"});
    const std::vector limits{median(measured.post.seconds), median(measured.put.seconds)};
    const auto add = [&](std::string name, const bulk& one) {
        add_bulk(rows, std::move(name), one, how_much.namespaces, limits);
    };
    add(fmt::format("raw POSTs, {} connections (the limit)", how_much.connections), measured.post);
    add(fmt::format("raw POSTs, {} connections", 2 * how_much.connections), measured.post_more);
    add(fmt::format("raw PUTs, {} connections", how_much.connections), measured.put);
    add(fmt::format("raw server-side applies, {} connections", how_much.connections), measured.apply);
    add(fmt::format("raw PUTs of what was applied, {} connections", how_much.connections),
        measured.put_applied);
    add("first sync", measured.first_sync);
    add("rotation", measured.rotation);
    return {
        .title = fmt::format("One Secret in each of {} namespaces; median of {} rounds; a POST has {} bytes",
                             how_much.namespaces,
                             how_much.rounds,
                             measured.body_bytes),
        .figures = std::move(rows)};
}

section both_section(const figures& measured, const extent& how_much) {
    table rows({"", "s", "lowest – highest", "writes/s", "× the limit", "client's CPU s"});
    const std::vector limits{median(measured.post_and_patch.seconds)};
    const auto add = [&](std::string name, const bulk& one) {
        add_bulk(rows, std::move(name), one, 2 * how_much.namespaces, limits);
    };
    add(fmt::format("raw POSTs and PATCHes, {} connections (the limit)", how_much.connections),
        measured.post_and_patch);
    add("first sync with ServiceAccounts", measured.first_sync_with_accounts);
    return {.title = fmt::format("The same, and a ServiceAccount that lists it: {} writes",
                                 2 * how_much.namespaces),
            .figures = std::move(rows)};
}

section latency_section(const figures& measured) {
    table rows({"", "p50 ms", "p99 ms", "× one request at p50", "at p99"});
    const auto add =
        [&](std::string name, const std::vector<double>& values, const std::vector<double>& base) {
            const auto middle = median(values);
            const auto high = percentile(values, 99);
            rows.add({std::move(name),
                      fmt::format("{:.1f}", middle),
                      fmt::format("{:.1f}", high),
                      fmt::format("{:.2f}", middle / median(base)),
                      fmt::format("{:.2f}", high / percentile(base, 99))});
        };
    const auto& post = measured.post_answered;
    const auto& patch = measured.patch_answered;
    add("one POST of a Secret, to its answer", post, post);
    add("one POST of a Secret, to its event", measured.post_seen, post);
    add("new namespace, to its Secret's event", measured.namespace_served, post);
    add("one PATCH of a ServiceAccount, to its answer", patch, patch);
    add("new ServiceAccount's event, to its second one", measured.account_served, patch);
    return {.title = fmt::format("One at a time, {} of each", post.size()), .figures = std::move(rows)};
}

section burst_section(const burst& measured, const extent& how_much) {
    table rows({"", "times", "p50 ms", "p99 ms", "slowest"});
    const auto add = [&](std::string name, const std::vector<double>& values) {
        rows.add({std::move(name),
                  fmt::format("{}", values.size()),
                  fmt::format("{:.1f}", median(values)),
                  fmt::format("{:.1f}", percentile(values, 99)),
                  fmt::format("{:.1f}", percentile(values, 100))});
    };
    add("one POST of a namespace, to its answer", measured.namespace_made);
    add("new namespace, to its Secret's event", measured.namespace_served);
    add("failing Pod's Event, to its line in the status", measured.pod_told);
    return {.title = fmt::format("Others' namespaces while one has {} Events about failing Pods in {:.1f} s",
                                 how_much.events,
                                 measured.seconds),
            .figures = std::move(rows)};
}

section memory_section(const figures& measured) {
    table rows({"after", "VmRSS", "VmHWM"});
    for (const auto& one : measured.phases)
        rows.add(
            {one.name, fmt::format("{:.1f}", one.memory.now), fmt::format("{:.1f}", one.memory.highest)});
    return {.title = "Resident memory of the controller in MB, the highest of all rounds",
            .figures = std::move(rows)};
}

section request_section(const figures& measured) {
    table::row header{"requests"};
    std::set<std::string> kinds;
    for (const auto& one : measured.phases) {
        header.push_back(one.name);
        for (const auto& [kind, count] : one.requests.by_kind)
            kinds.insert(kind);
    }
    table rows(std::move(header));
    for (const auto& kind : kinds) {
        table::row cells{kind};
        for (const auto& one : measured.phases) {
            const auto found = one.requests.by_kind.find(kind);
            cells.push_back(found == one.requests.by_kind.end() ? "" : fmt::format("{}", found->second));
        }
        rows.add(std::move(cells));
    }
    return {.title = "Requests of the controller, from the audit log of the last round",
            .figures = std::move(rows)};
}

section target_section(const figures& measured, const extent& how_much) {
    table rows({"target", "wanted", "measured", "result"});
    for (const auto& one : targets(measured, how_much))
        rows.add({one.name, one.wanted, one.measured, one.ok ? "ok" : "missed"});
    return {.title = "Targets", .figures = std::move(rows)};
}

}  // namespace

std::vector<section> report(const figures& measured, const extent& how_much) {
    std::vector<section> all;
    all.push_back(bulk_section(measured, how_much));
    all.push_back(both_section(measured, how_much));
    all.push_back(latency_section(measured));
    all.push_back(burst_section(measured.of_events, how_much));
    all.push_back(memory_section(measured));
    all.push_back(request_section(measured));
    all.push_back(target_section(measured, how_much));
    return all;
}

std::string as_text(const std::string& machine, const std::vector<section>& sections) {
    auto text = machine + '\n';
    for (const auto& one : sections)
        text += fmt::format("\n{}\n{}", one.title, one.figures.text());
    return text;
}

std::string as_markdown(const std::string& machine, const std::vector<section>& sections) {
    auto text = machine + ".\n";
    for (const auto& one : sections)
        text += fmt::format("\n{}:\n\n{}", one.title, one.figures.markdown());
    return text;
}

}  // namespace bench
