// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_view.hpp"

#include <algorithm>

namespace reconcile {

namespace {

void note_suspension(secret_view& view, const v1alpha1::registry_credential& object) {
    if (object.suspend && view.suspended_by.empty()) view.suspended_by = object.meta.name;
}

void add_owners(secret_view& view, const cluster_state& state, const kube::object_meta& namespace_meta) {
    if (view.present == nullptr) return;
    auto claimed = owners_of(view.present->meta);
    auto& uids = claimed.references;
    uids.insert(uids.end(), claimed.annotated.begin(), claimed.annotated.end());
    for (const auto& uid : uids) {
        const auto owner = state.find_by_uid(uid);
        if (owner == nullptr) continue;
        view.owners.push_back(owner);
        note_suspension(view, *owner);
        view.owner_terminating |= owner->meta.deleting;
        if (owner->secret_name != view.key.name && state.selects(*owner, namespace_meta)) {
            view.replacement_pending |= !state.results().is_synced(
                {.namespace_name = view.key.namespace_name, .name = owner->secret_name});
        }
    }
}

}  // namespace

secret_view view_secret(cluster_state& state, const runtime::object_key& key) {
    secret_view view;
    view.key = key;
    const auto namespace_object = state.find_namespace(key.namespace_name);
    if (namespace_object == nullptr || namespace_object->meta.deleting) return view;
    view.namespace_usable = true;
    view.present = state.find_copy(key);
    view.is_source = state.is_source(key);
    view.owner = ownership_of(view.present.get(),
                              [&](const std::string& uid) { return state.find_by_uid(uid) != nullptr; });
    view.contributors = state.contributors_of(key, namespace_object->meta);
    for (const auto& contributor : view.contributors)
        note_suspension(view, *contributor);
    add_owners(view, state, namespace_object->meta);
    if (!view.contributors.empty()) view.desired = state.desired_of(view.contributors);
    return view;
}

std::uint64_t desired_fingerprint(const secret_view& view) {
    std::uint64_t fingerprint = 0;
    for (const auto byte : view.desired.digest)
        fingerprint = hash_combine(fingerprint, byte);
    for (const auto spec : specs_of(view.contributors))
        fingerprint = hash_combine(fingerprint, spec);
    return fingerprint;
}

std::vector<std::string> acting_credentials(const secret_view& view) {
    std::vector<std::string> names;
    for (const auto& object : view.contributors.empty() ? view.owners : view.contributors)
        names.push_back(object->meta.name);
    return names;
}

std::set<std::string> affected_credentials(const secret_view& view) {
    std::set<std::string> names;
    add_names(names, view.contributors);
    add_names(names, view.owners);
    return names;
}

std::set<std::string> all_credentials(const secret_view& view) {
    auto names = affected_credentials(view);
    if (view.present == nullptr) return names;
    for (const auto& reference : view.present->meta.owner_references) {
        if (is_registry_credential(reference)) names.insert(reference.name);
    }
    return names;
}

bool has_lost_owner(const secret_view& view) {
    if (view.present == nullptr) return false;
    const auto claimed = owners_of(view.present->meta);
    return view.owners.size() < claimed.references.size() + claimed.annotated.size();
}

}  // namespace reconcile
