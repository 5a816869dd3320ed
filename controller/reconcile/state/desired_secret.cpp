// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/merge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace reconcile {

namespace {

/// By key as written. Of a registry that two contributions have, the first one delivers it.
entry_origins origins_of(const std::vector<contribution>& contributions,
                         const std::vector<dockerconfig::registry_conflict>& conflicts) {
    entry_origins origins;
    for (std::size_t i = 0; i < contributions.size(); ++i) {
        for (const auto& [key, source] : contributions[i].origins)
            origins.try_emplace(key, entry_origin{.uid = contributions[i].uid, .source = source});
    }
    for (const auto& lost : conflicts) {
        const auto found = origins.find(lost.key.written());
        if (found != origins.end() && found->second.uid == contributions[lost.loser].uid)
            origins.erase(found);
    }
    return origins;
}

/// Without its record a copy would not tell later whose entries it has, so that those of one
/// RegistryCredential could be taken for another's.
std::string unrecordable() {
    return fmt::format(
        "the annotation {}, which says which source each entry comes from, would have more than "
        "{} bytes: select fewer entries with `registries`, or merge sources into one Secret",
        entries_annotation,
        max_entries_annotation);
}

desired_secret merge_all(const std::vector<contribution>& contributions, std::size_t max_bytes) {
    desired_secret desired;
    std::vector<std::vector<dockerconfig::registry_entry>> all;
    all.reserve(contributions.size());
    for (const auto& each : contributions) {
        desired.complete = desired.complete && each.complete;
        all.push_back(each.entries);
    }
    const auto merged = dockerconfig::merge(all);
    for (const auto& [loser, winner, key] : merged.conflicts) {
        desired.lost.push_back(
            {.loser = contributions[loser].uid, .winner = contributions[winner].uid, .key = key});
    }
    if (merged.entries.empty()) return desired;

    auto document = dockerconfig::write_document(merged.entries, max_bytes);
    if (document.has_error()) {
        desired.fault = document.error().message;
        return desired;
    }
    auto origins = write_origins(origins_of(contributions, merged.conflicts));
    if (!origins) {
        desired.fault = unrecordable();
        return desired;
    }
    desired.digest = util::digest_of(document->reveal());
    desired.document = std::make_shared<const util::secret_bytes>(std::move(*document));
    desired.origins = *std::move(origins);
    return desired;
}

}  // namespace

bool same_entries(const entry_list& a, const entry_list& b) {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

desired_secret merge_contributions(const std::vector<contribution>& contributions, std::size_t max_bytes) {
    auto desired = merge_all(contributions, max_bytes);
    if (desired.fault.empty()) return desired;
    std::set<std::string> left_out;
    for (const auto& each : contributions)
        left_out.insert(each.uid);
    const auto fitting = [&] {
        std::vector<contribution> all;
        std::ranges::copy_if(contributions, std::back_inserter(all), [&](const contribution& each) {
            return !left_out.contains(each.uid);
        });
        return merge_all(all, max_bytes);
    };
    for (const bool kept : {true, false}) {
        for (const auto& each : contributions) {
            if (each.kept != kept) continue;
            left_out.erase(each.uid);
            if (!fitting().fault.empty()) left_out.insert(each.uid);
        }
    }
    auto rest = fitting();
    rest.fault = std::move(desired.fault);
    rest.left_out = std::move(left_out);
    rest.complete = false;
    return rest;
}

}  // namespace reconcile
