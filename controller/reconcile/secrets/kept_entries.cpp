// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/kept_entries.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace reconcile {

namespace {

void add_lacking(secret_view& view,
                 const std::shared_ptr<const v1alpha1::registry_credential>& object,
                 std::vector<v1alpha1::credential_source> sources) {
    for (auto& source : sources)
        view.lacking.push_back({.credential = object, .source = std::move(source)});
}

/// What each contributor delivers and each kept owner keeps; one that is left out keeps what it has.
std::vector<contribution> contributions_with(const secret_view& view,
                                             const cluster_state& state,
                                             const copy_content& content) {
    std::vector<contribution> known;
    for (const auto* list : {&view.contributors, &view.dropped}) {
        for (const auto& object : *list)
            known.push_back(state.contribution_of(object->meta.uid));
    }
    dockerconfig::registry_set delivered;
    for (const auto& each : known)
        delivered.add(each.entries);
    std::vector<contribution> all;
    for (const auto& object : in_order(view.contributors, view.kept)) {
        const auto& uid = object->meta.uid;
        const auto given = std::ranges::find(known, uid, &contribution::uid);
        if (given == known.end() || view.desired.left_out.contains(uid)) {
            all.push_back(keep_all(uid, content, delivered));
            continue;
        }
        all.push_back(*given);
        keep_unknown(all.back(), *object, state.resolved(uid), content, delivered);
    }
    return all;
}

/// What each contributor lacks, and whether one that was left out has all it delivers in the copy already.
void compare_with_sources(secret_view& view,
                          const cluster_state& state,
                          const std::vector<contribution>& merged) {
    for (const auto& object : view.contributors) {
        const auto& uid = object->meta.uid;
        const auto given = std::ranges::find(merged, uid, &contribution::uid);
        if (given->entries == state.contribution_of(uid).entries) view.desired.left_out.erase(uid);
        add_lacking(view, object, lacking_sources(given->origins, *object, state.resolved(uid)));
    }
}

}  // namespace

void look_at_record(secret_view& view, const cluster_state& state) {
    const auto record = record_of(view.present->meta);
    if (has_hashed_keys(record)) return;  // only the content tells the keys
    const auto recorded = read_origins(record);
    std::size_t staying = 0;
    bool all_stay = true;
    for (const auto& owner : view.kept)
        staying += sources_of(recorded, owner->meta.uid).size();
    for (const auto& object : view.contributors) {
        const auto entries = sources_of(recorded, object->meta.uid);
        const auto& resolved = state.resolved(object->meta.uid);
        all_stay = all_stay && all_unknown(entries, *object, resolved);
        staying += entries.size();
        if (!recorded.empty()) add_lacking(view, object, lacking_sources(entries, *object, resolved));
    }
    view.all_recorded_stay = all_stay && !recorded.empty() && staying == recorded.size();
}

void merge_with_content(secret_view& view, const cluster_state& state, const copy_content& content) {
    std::vector<contribution> all;
    for (bool again = true; again;) {
        all = contributions_with(view, state, content);
        const auto before =
            std::exchange(view.desired, merge_contributions(all, state.scope().max_document_bytes));
        if (view.desired.fault.empty()) view.desired.fault = before.fault;
        view.desired.left_out.insert(before.left_out.begin(), before.left_out.end());
        again = view.desired.left_out.size() > before.left_out.size();
    }
    compare_with_sources(view, state, all);
    view.content_read = true;
    view.content_readable = content.readable;
}

}  // namespace reconcile
