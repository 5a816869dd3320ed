// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/desired_secret.hpp"

#include "dockerconfig/document.hpp"
#include "dockerconfig/merge.hpp"

#include <set>
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
        const auto found = origins.find(lost.key);
        if (found != origins.end() && found->second.uid == contributions[lost.loser].uid)
            origins.erase(found);
    }
    return origins;
}

}  // namespace

bool same_entries(const entry_list& a, const entry_list& b) {
    if (a == nullptr || b == nullptr) return a == b;
    return *a == *b;
}

desired_secret merge_contributions(const std::vector<contribution>& contributions) {
    desired_secret desired;
    std::vector<std::vector<dockerconfig::registry_entry>> all;
    all.reserve(contributions.size());
    for (const auto& each : contributions) {
        desired.complete = desired.complete && each.complete;
        all.push_back(each.entries);
    }
    const auto merged = dockerconfig::merge(all);
    if (merged.entries.empty()) return desired;

    auto document = dockerconfig::write_document(merged.entries);
    if (document.has_error()) {
        desired.fault = document.error().message;
        return desired;
    }
    desired.digest = util::digest_of(document->reveal());
    desired.document = std::make_shared<const util::secret_bytes>(std::move(*document));
    const auto origins = origins_of(contributions, merged.conflicts);
    std::set<entry_origin> distinct;
    for (const auto& [key, origin] : origins)
        distinct.insert(origin);
    if (contributions.size() > 1 || distinct.size() > 1) desired.origins = write_origins(origins);
    return desired;
}

}  // namespace reconcile
