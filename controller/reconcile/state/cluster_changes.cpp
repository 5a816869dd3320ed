// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/selection.hpp"

#include <algorithm>
#include <utility>

/// Which Secrets and statuses a change affects.
namespace reconcile {

using runtime::priority;

bool same_spec(const v1alpha1::registry_credential& a, const v1alpha1::registry_credential& b) {
    return a.meta.uid == b.meta.uid && a.meta.generation == b.meta.generation &&
           a.meta.deleting == b.meta.deleting;
}

bool cluster_state::resolve(const v1alpha1::registry_credential& object) {
    auto fresh = resolver_.resolve(object, [this](const std::string& name) {
        return sources_.find({.namespace_name = scope_.own_namespace, .name = name}).get();
    });
    auto& known = resolved_[object.meta.uid];
    const bool changed = !same_entries(known.entries, fresh.entries) || known.unknown != fresh.unknown ||
                         known.origins != fresh.origins;
    known = std::move(fresh);
    if (changed) desired_.clear();
    return changed;
}

void cluster_state::add_selected(const v1alpha1::registry_credential& object) {
    if (!manages(object.secret_name)) return;
    namespaces_.for_each([&](const auto& each) {
        if (!selects(object, each->meta)) return;
        const runtime::object_key key{.namespace_name = each->meta.name, .name = object.secret_name};
        results_.mark_stale(key);
        queues_.secrets.add(key, priority::bulk);
    });
}

std::set<runtime::object_key> cluster_state::owned_by(const std::string& uid) const {
    std::set<runtime::object_key> keys;
    for (const auto& [name, copies] : copies_) {
        copies.for_each([&](const auto& copy) {
            if (owners_of(copy->meta).include(uid))
                keys.insert({.namespace_name = copy->meta.namespace_name, .name = name});
        });
    }
    return keys;
}

/// Queues sources that have the name of a copy: they become sources, or stop being sources.
void cluster_state::add_sources(const v1alpha1::registry_credential& object) {
    for (const auto& source : object.sources) {
        if (manages(source.secret_name))
            queues_.secrets.add({.namespace_name = scope_.own_namespace, .name = source.secret_name},
                                priority::bulk);
    }
}

void cluster_state::update_sharing_statuses(const std::string& secret_name) const {
    for (const auto& [uid, object] : by_uid_) {
        if (object->secret_name == secret_name) queues_.update_status(object->meta.name);
    }
}

void cluster_state::copies_listed(const std::string& secret_name) {
    for (const auto& [uid, object] : by_uid_) {
        if (object->secret_name == secret_name) add_selected(*object);
    }
    update_sharing_statuses(secret_name);
}

namespace {

/// Returns whether it is another one.
bool replace(cause& known, cause fault) {
    if (known.reason == fault.reason && known.message == fault.message) return false;
    known = std::move(fault);
    return true;
}

}  // namespace

void cluster_state::set_watch_fault(const std::string& secret_name, cause fault) {
    if (replace(watch_faults_[secret_name], std::move(fault))) update_sharing_statuses(secret_name);
}

void cluster_state::set_watch_fault(watched what, cause fault) {
    if (replace(common_watch_faults_[what], std::move(fault))) update_all_statuses();
}

void cluster_state::update_all_statuses() const {
    for (const auto& [uid, object] : by_uid_)
        queues_.update_status(object->meta.name);
}

void cluster_state::status_changed(const v1alpha1::registry_credential& object) {
    const auto expected = expected_status_.find(object.meta.uid);
    if (expected != expected_status_.end() && expected->second == object.status) return;
    queues_.update_status(object.meta.name);
}

void cluster_state::remember_deleted(const credential& object, std::set<runtime::object_key> owned) {
    if (owned.empty()) return;
    const auto& uid = object->meta.uid;
    deleted_credential gone{.last = object, .given = contribution_of(uid), .keys = std::move(owned)};
    deleted_.insert_or_assign(uid, std::move(gone));
}

namespace {

sync_cause cause_of(const runtime::change<v1alpha1::registry_credential>& change, bool listed) {
    if (change.before != nullptr) return sync_cause::spec_changed;
    return listed ? sync_cause::created : sync_cause::started;
}

}  // namespace

void cluster_state::handle(const runtime::change<v1alpha1::registry_credential>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (after != nullptr) {
        by_uid_.insert_or_assign(after->meta.uid, after);
        deleted_.erase(after->meta.uid);  // a list had lacked it
    }
    if (before != nullptr && after != nullptr && same_spec(*before, *after)) return status_changed(*after);
    const auto owned = before != nullptr ? owned_by(before->meta.uid) : std::set<runtime::object_key>{};
    if (before != nullptr && after == nullptr) {
        remember_deleted(before, owned);
        queues_.runs.forget(before->meta.name);
        by_uid_.erase(before->meta.uid);
        resolver_.forget(before->meta.uid);
        resolved_.erase(before->meta.uid);
        expected_status_.erase(before->meta.uid);
    }
    desired_.clear();

    if (after != nullptr) {
        resolve(*after);
        queues_.begin_sync(after->meta.name, cause_of(change, credentials_.synced()));
        add_selected(*after);
        add_sources(*after);
        update_sharing_statuses(after->secret_name);
    }
    if (before != nullptr) {
        add_selected(*before);
        add_sources(*before);
        for (const auto& key : owned)
            queues_.secrets.add(key, priority::bulk);
        update_sharing_statuses(before->secret_name);
    }
}

void cluster_state::handle(const runtime::change<kube::namespace_object>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_for_selection(before->meta, after->meta)) return;
    const auto& name = after != nullptr ? after->meta.name : before->meta.name;
    const auto level = before == nullptr && namespaces_.synced() ? priority::urgent : priority::normal;
    for (const auto& [uid, object] : by_uid_) {
        const bool concerned = (before != nullptr && selects(*object, before->meta)) ||
                               (after != nullptr && selects(*object, after->meta));
        if (!concerned) continue;
        queues_.update_status(object->meta.name);
        if (!manages(object->secret_name)) continue;
        const runtime::object_key key{.namespace_name = name, .name = object->secret_name};
        results_.mark_stale(key);
        queues_.secrets.add(key, level);
        if (level == priority::urgent && find_copy(key) == nullptr) queues_.add_arrival(key);
        if (after == nullptr) queues_.finish_arrival(key, namespace_arrivals::result::no_longer);
    }
    // Secrets with names that are not wanted there now: a rename may wait for this change.
    add_present(name);
}

/// Queues every managed Secret that exists in the namespace, except one name.
void cluster_state::add_present(const std::string& namespace_name, std::string_view except) {
    for (const auto& [name, copies] : copies_) {
        if (name != except && copies.find({.namespace_name = namespace_name, .name = name}) != nullptr)
            queues_.secrets.add({.namespace_name = namespace_name, .name = name}, priority::normal);
    }
}

void cluster_state::handle(const runtime::change<source_secret>& change) {
    const auto& name = change.after != nullptr ? change.after->meta.name : change.before->meta.name;
    for (const auto& [uid, object] : by_uid_) {
        if (std::ranges::find(object->sources, name, &v1alpha1::credential_source::secret_name) ==
            object->sources.end()) {
            continue;
        }
        if (resolve(*object)) {
            queues_.begin_sync(object->meta.name, sync_cause::source_changed);
            add_selected(*object);
            update_sharing_statuses(object->secret_name);
        }
        queues_.update_status(object->meta.name);
    }
}

void cluster_state::handle(const runtime::change<observed_secret>& change) {
    const auto& meta = change.after != nullptr ? change.after->meta : change.before->meta;
    const runtime::object_key key{.namespace_name = meta.namespace_name, .name = meta.name};
    if (change.after != nullptr) queues_.arrivals.observed(key);
    queues_.secrets.add(key, priority::normal);
}

}  // namespace reconcile
