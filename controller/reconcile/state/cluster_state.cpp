// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cluster_state.hpp"

#include "reconcile/state/selection.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

cluster_state::cluster_state(install_scope scope, work_queues& queues)
    : scope_(std::move(scope)), queues_(queues), resolver_(scope_.own_namespace) {
    credentials_.add_handler(*this);
    namespaces_.add_handler(*this);
    sources_.add_handler(*this);
    for (const auto& name : scope_.secret_names)
        copies_[name].add_handler(*this);
}

runtime::store<observed_secret>& cluster_state::copies(const std::string& secret_name) {
    return copies_.at(secret_name);
}

bool cluster_state::synced() const {
    return credentials_.synced() && namespaces_.synced() && sources_.synced();
}

bool cluster_state::synced(const std::string& secret_name) const {
    const auto copies = copies_.find(secret_name);
    return copies != copies_.end() && copies->second.synced();
}

bool cluster_state::any_copies_synced() const {
    return std::ranges::any_of(copies_, [](const auto& entry) { return entry.second.synced(); });
}

bool cluster_state::can_begin() const {
    return synced() && std::ranges::all_of(copies_, [this](const auto& entry) {
               return entry.second.synced() || !watch_fault(entry.first).reason.empty();
           });
}

const cause& cluster_state::watch_fault(const std::string& secret_name) const {
    static const cause none;
    const auto found = watch_faults_.find(secret_name);
    return found == watch_faults_.end() ? none : found->second;
}

const cause& cluster_state::watch_fault(watched what) const {
    static const cause none;
    const auto found = common_watch_faults_.find(what);
    return found == common_watch_faults_.end() ? none : found->second;
}

bool cluster_state::must_report_fault() const {
    return credentials_.synced() && std::ranges::any_of(common_watch_faults_, [](const auto& entry) {
               return !entry.second.reason.empty();
           });
}

bool cluster_state::has_credential(const std::string& name) const {
    return credentials_.find({.namespace_name = {}, .name = name}) != nullptr;
}

bool cluster_state::manages(const std::string& secret_name) const {
    return copies_.contains(secret_name);
}

bool cluster_state::selects(const v1alpha1::registry_credential& object,
                            const kube::object_meta& namespace_meta) const {
    return select(object.namespaces, namespace_meta, scope_.own_namespace) == selection::selected;
}

std::shared_ptr<const kube::namespace_object> cluster_state::find_namespace(std::string_view name) const {
    return namespaces_.find({.namespace_name = {}, .name = name});
}

std::shared_ptr<const observed_secret> cluster_state::find_copy(const runtime::object_key& key) const {
    const auto copies = copies_.find(key.name);
    return copies == copies_.end() ? nullptr : copies->second.find(runtime::view_of(key));
}

cluster_state::credential cluster_state::find_by_uid(const std::string& uid) const {
    const auto found = by_uid_.find(uid);
    return found == by_uid_.end() ? nullptr : found->second;
}

contributor_list cluster_state::contributors_of(const runtime::object_key& key,
                                                const kube::object_meta& namespace_meta) const {
    contributor_list found;
    for (const auto& [uid, object] : by_uid_) {
        // An object that is being deleted wants nothing; its copies wait until it is gone.
        if (object->secret_name != key.name || object->meta.deleting || !selects(*object, namespace_meta))
            continue;
        found.push_back(object);
    }
    sort_by_precedence(found);
    return found;
}

const desired_secret& cluster_state::desired_of(const contributor_list& contributors) {
    std::string uids;
    for (const auto& contributor : contributors)
        uids += contributor->meta.uid + ',';
    const auto known = desired_.find(uids);
    if (known != desired_.end()) return known->second;

    std::vector<contribution> all;
    all.reserve(contributors.size());
    for (const auto& contributor : contributors)
        all.push_back(contribution_of(contributor->meta.uid));
    return desired_.emplace(std::move(uids), merge_contributions(all, scope_.max_document_bytes))
        .first->second;
}

contribution cluster_state::contribution_of(const std::string& uid) const {
    if (const auto gone = deleted_.find(uid); gone != deleted_.end()) return gone->second.given;
    const auto& known = resolved(uid);
    contribution given{
        .uid = uid, .entries = {}, .origins = known.origins, .complete = known.unknown.empty()};
    if (known.entries != nullptr) given.entries = *known.entries;
    return given;
}

const resolution& cluster_state::resolved(const std::string& uid) const {
    static const resolution unknown;
    const auto found = resolved_.find(uid);
    return found == resolved_.end() ? unknown : found->second;
}

bool cluster_state::is_source(const runtime::object_key& key) const {
    if (key.namespace_name != scope_.own_namespace) return false;
    return std::ranges::any_of(by_uid_, [&key](const auto& entry) {
        const auto& sources = entry.second->sources;
        return std::ranges::find(sources, key.name, &v1alpha1::credential_source::secret_name) !=
               sources.end();
    });
}

cluster_state::credential cluster_state::find_deleted(const std::string& uid,
                                                      const runtime::object_key& key) const {
    const auto found = deleted_.find(uid);
    return found != deleted_.end() && found->second.keys.contains(key) ? found->second.last : nullptr;
}

contributor_list cluster_state::retaining(const runtime::object_key& key) const {
    contributor_list found;
    for (const auto& [uid, gone] : deleted_) {
        if (gone.last->on_deletion == v1alpha1::deletion_policy::retain && gone.keys.contains(key))
            found.push_back(gone.last);
    }
    sort_by_precedence(found);
    return found;
}

void cluster_state::forget_deleted(const runtime::object_key& key) {
    for (auto& [uid, gone] : deleted_)
        gone.keys.erase(key);
    const auto forgotten =
        std::erase_if(deleted_, [](const auto& entry) { return entry.second.keys.empty(); });
    if (forgotten > 0) desired_.clear();
}

void cluster_state::secret_synced(const runtime::object_key& key) {
    add_present(key.namespace_name, key.name);
}

void cluster_state::expect_status(const std::string& uid, v1alpha1::registry_credential_status status) {
    expected_status_.insert_or_assign(uid, std::move(status));
}

}  // namespace reconcile
