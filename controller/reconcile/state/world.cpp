// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/world.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/state/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

v1alpha1::namespace_failure as_reported(const std::string& namespace_name, const cell_failure& why) {
    return {
        .namespace_name = namespace_name, .reason = why.reason, .message = why.message, .since = why.since};
}

}  // namespace

world::world(territory where, mark_cell on_cell, mark_status on_status)
    : where_(std::move(where)),
      on_cell_(std::move(on_cell)),
      on_status_(std::move(on_status)),
      resolver_(where_.own_namespace) {
    credentials_.set_listener([this](const auto& change) {
        credential_changed(change);
        if (observer_ != nullptr) observer_->credential_changed(change);
    });
    namespaces_.set_listener([this](const auto& change) {
        namespace_changed(change);
        if (observer_ != nullptr) observer_->namespace_changed(change);
    });
    sources_.set_listener([this](const auto& change) { source_changed(change); });
    for (const auto& name : where_.secret_names) {
        copies_[name].set_listener([this](const auto& change) { copy_changed(change); });
    }
}

runtime::store<observed_secret>& world::copies(const std::string& secret_name) {
    return copies_.at(secret_name);
}

bool world::synced() const {
    return credentials_.synced() && namespaces_.synced() && sources_.synced() &&
           std::ranges::all_of(copies_, [](const auto& entry) { return entry.second.synced(); });
}

bool world::allowed(const std::string& secret_name) const {
    return copies_.contains(secret_name);
}

bool world::selects(const v1alpha1::registry_credential& object, const kube::object_meta& meta) const {
    return select(object.namespaces, meta, where_.own_namespace) == selection::selected;
}

bool world::is_synced(const cell& at) const {
    const auto* record = cells_.find(at);
    return record != nullptr && record->now == cell_record::state::synced;
}

contributor_list world::contributors_of(const cell& at, const kube::object_meta& meta) const {
    contributor_list found;
    for (const auto& [uid, object] : by_uid_) {
        // One that is being deleted wants nothing any more; what becomes of its copies its end decides.
        if (object->secret_name != at.secret_name || object->meta.deleting || !selects(*object, meta))
            continue;
        found.push_back(object);
    }
    std::ranges::sort(found, [](const auto& a, const auto& b) { return precedes(a->meta, b->meta); });
    return found;
}

delivery_cache::shared world::delivery_for(const contributor_list& contributors) {
    std::string key;
    for (const auto& contributor : contributors)
        key += contributor->meta.uid + ',';
    if (auto known = deliveries_.find(key)) return known;

    std::vector<entry_list> entries;
    entries.reserve(contributors.size());
    for (const auto& contributor : contributors)
        entries.push_back(resolved_[contributor->meta.uid].entries);
    auto made = std::make_shared<const delivery>(deliver(entries));
    deliveries_.keep(std::move(key), made);
    return made;
}

void world::judge_owners(cell_view& view, const kube::object_meta& meta) const {
    if (view.present == nullptr) return;
    auto owners = owners_of(view.present->meta);
    auto& uids = owners.references;
    uids.insert(uids.end(), owners.annotated.begin(), owners.annotated.end());
    for (const auto& uid : uids) {
        const auto found = by_uid_.find(uid);
        if (found == by_uid_.end()) continue;
        view.owners.push_back(found->second);
        const auto& owner = *found->second;
        view.suspended |= owner.suspend;
        view.owner_going |= owner.meta.deleting;
        if (owner.secret_name != view.where.secret_name && selects(owner, meta)) {
            view.replacement_pending |= !is_synced({meta.name, owner.secret_name});
        }
    }
}

cell_view world::look(const cell& at) {
    cell_view view;
    view.where = at;
    const auto home = namespaces_.find({.namespace_name = {}, .name = at.namespace_name});
    if (home == nullptr || home->meta.deleting) return view;
    view.namespace_usable = true;
    view.present =
        copies_.at(at.secret_name).find({.namespace_name = at.namespace_name, .name = at.secret_name});
    view.is_source = is_source(at);
    view.owner = judge(view.present.get(), [this](const std::string& uid) { return by_uid_.contains(uid); });
    view.contributors = contributors_of(at, home->meta);
    judge_owners(view, home->meta);
    for (const auto& contributor : view.contributors)
        view.suspended |= contributor->suspend;
    if (!view.contributors.empty()) view.desired = delivery_for(view.contributors)->secret;
    return view;
}

void world::settled(const cell& at) {
    mark_present(at.namespace_name, at.secret_name);
}

bool world::is_source(const cell& at) const {
    if (at.namespace_name != where_.own_namespace) return false;
    return std::ranges::any_of(by_uid_, [&at](const auto& entry) {
        const auto& sources = entry.second->sources;
        return std::ranges::find(sources, at.secret_name, &v1alpha1::credential_source::secret_name) !=
               sources.end();
    });
}

bool world::is_owned(const cell& at, const std::string& uid) const {
    const auto copies = copies_.find(at.secret_name);
    if (copies == copies_.end()) return false;
    const auto copy = copies->second.find({.namespace_name = at.namespace_name, .name = at.secret_name});
    return copy != nullptr && owners_of(copy->meta).include(uid);
}

/// Copies that are to go and cannot: where the object selects nothing (any more), only they tell of it.
void world::add_stuck(const v1alpha1::registry_credential& object, credential_report& to) const {
    cells_.for_each_failed([&](const cell& at, const cell_failure& why) {
        const auto home = namespaces_.find({.namespace_name = {}, .name = at.namespace_name});
        if (home == nullptr || !is_owned(at, object.meta.uid)) return;
        if (at.secret_name == object.secret_name && selects(object, home->meta)) return;
        to.failures.push_back(as_reported(at.namespace_name, why));
        ++to.stuck;
    });
}

credential_report world::report(const v1alpha1::registry_credential& object) {
    credential_report report;
    const auto& resolved = resolved_[object.meta.uid];
    report.sources = resolved.verdict;
    report.source_count = object.sources.size();
    if (resolved.entries != nullptr) {
        for (const auto& entry : *resolved.entries)
            report.registries.push_back(entry.key.written());
    }
    if (report.sources.reason.empty()) report.sources = conflict_of(object);
    report.name_allowed = allowed(object.secret_name);
    report.allowed_names = fmt::format("{}", fmt::join(where_.secret_names, ", "));

    namespaces_.for_each([&](const auto& home) {
        if (!selects(object, home->meta)) return;
        ++report.selected;
        const auto* record =
            cells_.find({.namespace_name = home->meta.name, .secret_name = object.secret_name});
        if (record == nullptr) return;
        if (record->now == cell_record::state::synced) ++report.synced;
        if (record->failure == nullptr) return;
        report.failures.push_back(as_reported(home->meta.name, *record->failure));
    });
    add_stuck(object, report);
    std::ranges::sort(report.failures, {}, &v1alpha1::namespace_failure::namespace_name);
    return report;
}

std::size_t world::shared_namespaces(const v1alpha1::registry_credential& a,
                                     const v1alpha1::registry_credential& b) const {
    std::size_t count = 0;
    namespaces_.for_each(
        [&](const auto& home) { count += selects(a, home->meta) && selects(b, home->meta) ? 1U : 0U; });
    return count;
}

source_verdict world::conflict_of(const v1alpha1::registry_credential& object) const {
    const auto mine = resolved_.find(object.meta.uid);
    if (mine == resolved_.end() || mine->second.entries == nullptr) return {};
    contributor_list older;
    for (const auto& [uid, other] : by_uid_) {
        if (other->secret_name == object.secret_name && !other->meta.deleting &&
            precedes(other->meta, object.meta)) {
            older.push_back(other);
        }
    }
    std::ranges::sort(older, [](const auto& a, const auto& b) { return precedes(a->meta, b->meta); });
    for (const auto& other : older) {
        const auto theirs = resolved_.find(other->meta.uid);
        if (theirs == resolved_.end() || theirs->second.entries == nullptr) continue;
        const auto merged = dockerconfig::merge(std::vector{*theirs->second.entries, *mine->second.entries});
        if (merged.conflicts.empty()) continue;
        const auto count = shared_namespaces(object, *other);
        if (count == 0) continue;
        return {.reason = reasons::registry_conflict,
                .message = fmt::format(
                    "registry {} is delivered by the older RegistryCredential {} in {} namespace{}; remove "
                    "it from one of the two, or give them different namespaces",
                    merged.conflicts.front().key,
                    other->meta.name,
                    count,
                    count == 1 ? "" : "s")};
    }
    return {};
}

}  // namespace reconcile
