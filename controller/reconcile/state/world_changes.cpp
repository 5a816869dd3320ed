// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/selection.hpp"
#include "reconcile/state/world.hpp"

#include <algorithm>

/// Which cells, and whose status, a change concerns.
namespace reconcile {

bool same_wish(const v1alpha1::registry_credential& a, const v1alpha1::registry_credential& b) {
    return a.meta.uid == b.meta.uid && a.meta.generation == b.meta.generation &&
           a.meta.deleting == b.meta.deleting;
}

bool world::resolve(const v1alpha1::registry_credential& object) {
    auto fresh = resolver_.resolve(object, [this](const std::string& name) {
        return sources_.find({.namespace_name = where_.own_namespace, .name = name}).get();
    });
    auto& known = resolved_[object.meta.uid];
    const bool changed = !same_entries(known.entries, fresh.entries);
    known = std::move(fresh);
    if (changed) deliveries_.clear();
    return changed;
}

void world::mark_selected(const v1alpha1::registry_credential& object) {
    if (!allowed(object.secret_name)) return;
    namespaces_.for_each([&](const auto& home) {
        if (!selects(object, home->meta)) return;
        const cell at{.namespace_name = home->meta.name, .secret_name = object.secret_name};
        cells_.doubt(at);
        on_cell_(at, runtime::lane::bulk);
    });
}

void world::mark_owned(const std::string& uid) {
    for (const auto& [name, copies] : copies_) {
        copies.for_each([&](const auto& copy) {
            if (!owners_of(copy->meta).include(uid)) return;
            on_cell_({.namespace_name = copy->meta.namespace_name, .secret_name = name}, runtime::lane::bulk);
        });
    }
}

/// What is a source, or is one no more, under the name of a copy.
void world::mark_sources(const v1alpha1::registry_credential& object) {
    for (const auto& source : object.sources) {
        if (allowed(source.secret_name))
            on_cell_({.namespace_name = where_.own_namespace, .secret_name = source.secret_name},
                     runtime::lane::bulk);
    }
}

void world::mark_sharers(const std::string& secret_name) {
    for (const auto& [uid, object] : by_uid_) {
        if (object->secret_name == secret_name) on_status_(object->meta.name);
    }
}

void world::credential_changed(const runtime::change<v1alpha1::registry_credential>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (after != nullptr) by_uid_.insert_or_assign(after->meta.uid, after);
    if (before != nullptr && after != nullptr && same_wish(*before, *after)) {
        on_status_(after->meta.name);
        return;
    }
    if (before != nullptr && after == nullptr) {
        by_uid_.erase(before->meta.uid);
        resolver_.forget(before->meta.uid);
        resolved_.erase(before->meta.uid);
    }
    deliveries_.clear();
    if (after != nullptr) {
        resolve(*after);
        mark_selected(*after);
        mark_sources(*after);
        mark_sharers(after->secret_name);
    }
    if (before != nullptr) {
        mark_selected(*before);
        mark_sources(*before);
        mark_owned(before->meta.uid);
        mark_sharers(before->secret_name);
    }
}

void world::namespace_changed(const runtime::change<kube::namespace_object>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_for_selection(before->meta, after->meta)) return;
    const auto& name = after != nullptr ? after->meta.name : before->meta.name;
    const auto lane =
        before == nullptr && namespaces_.synced() ? runtime::lane::urgent : runtime::lane::normal;
    for (const auto& [uid, object] : by_uid_) {
        const bool concerned = (before != nullptr && selects(*object, before->meta)) ||
                               (after != nullptr && selects(*object, after->meta));
        if (!concerned) continue;
        on_status_(object->meta.name);
        if (allowed(object->secret_name))
            on_cell_({.namespace_name = name, .secret_name = object->secret_name}, lane);
    }
    // Secrets that stand there under another name than is wanted now: a rename may wait for this change.
    mark_present(name);
}

/// Every Secret of the territory that is there, but for one name.
void world::mark_present(const std::string& namespace_name, std::string_view but) {
    for (const auto& [name, copies] : copies_) {
        if (name != but && copies.find({.namespace_name = namespace_name, .name = name}) != nullptr)
            on_cell_({.namespace_name = namespace_name, .secret_name = name}, runtime::lane::normal);
    }
}

void world::source_changed(const runtime::change<source_secret>& change) {
    const auto& name = change.after != nullptr ? change.after->meta.name : change.before->meta.name;
    for (const auto& [uid, object] : by_uid_) {
        if (std::ranges::find(object->sources, name, &v1alpha1::credential_source::secret_name) ==
            object->sources.end()) {
            continue;
        }
        if (resolve(*object)) {
            mark_selected(*object);
            mark_sharers(object->secret_name);
        }
        on_status_(object->meta.name);
    }
}

void world::copy_changed(const runtime::change<observed_secret>& change) {
    const auto& meta = change.after != nullptr ? change.after->meta : change.before->meta;
    on_cell_({.namespace_name = meta.namespace_name, .secret_name = meta.name}, runtime::lane::normal);
}

}  // namespace reconcile
