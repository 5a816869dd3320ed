// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_view.hpp"

#include "reconcile/secrets/kept_entries.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace reconcile {

namespace {

using credential = std::shared_ptr<const v1alpha1::registry_credential>;

bool holds(const contributor_list& list, const credential& object) {
    return std::ranges::any_of(list, [&](const auto& each) { return each->meta.uid == object->meta.uid; });
}

bool is_suspended(const v1alpha1::registry_credential& object, const view_options& options) {
    const bool resumed = options.resumed != nullptr && options.resumed->meta.uid == object.meta.uid;
    return object.suspend && !resumed;
}

/// The contributors that are not suspended; the others are noted.
void sort_contributors(secret_view& view, const contributor_list& all, const view_options& options) {
    for (const auto& object : all) {
        if (is_suspended(*object, options)) {
            view.suspended.push_back(object);
        } else {
            view.contributors.push_back(object);
        }
    }
}

/// Whether an owner wants another name in this namespace now, and that Secret is not synced yet.
bool awaits_replacement(const cluster_state& state,
                        const v1alpha1::registry_credential& owner,
                        const runtime::object_key& key,
                        const kube::object_meta& namespace_meta) {
    if (owner.secret_name == key.name || !state.selects(owner, namespace_meta)) return false;
    const runtime::object_key replacement{.namespace_name = key.namespace_name, .name = owner.secret_name};
    return !state.results().is_synced(replacement) ||
           state.results().find(replacement)->failure_of(owner.meta.name) != nullptr;
}

/// Whether the spec of an owner that does not want the Secret shows that a user wants that: a Secret of
/// another name has replaced it, or the spec with which it last wanted the Secret selects the namespace as it
/// is now. Else the labels of the namespace may have been removed by mistake, whatever was edited besides: a
/// new secretName alone asks for a replacement, and a namespace that is not selected gets none.
bool is_asked_for(const cluster_state& state,
                  const v1alpha1::registry_credential& owner,
                  const runtime::object_key& key,
                  const kube::object_meta& namespace_meta) {
    if (owner.secret_name != key.name && state.selects(owner, namespace_meta)) return true;
    const auto* known = state.results().find(key);
    if (known == nullptr) return false;
    const auto* before = spec_before_edit(known->selections, selection_of(owner));
    return before != nullptr && state.selects(*before, namespace_meta);
}

void sort_owner(secret_view& view,
                const cluster_state& state,
                const credential& owner,
                const kube::object_meta& namespace_meta,
                const view_options& options) {
    if (holds(view.contributors, owner)) return;
    const bool suspended = is_suspended(*owner, options);
    if (suspended && !holds(view.suspended, owner)) view.suspended.push_back(owner);
    // --cascade=orphan may be under way for one that is being deleted.
    const bool stays = suspended || owner->meta.deleting || !owner->spec_fault.empty() ||
                       awaits_replacement(state, *owner, view.key, namespace_meta);
    if (stays) {
        view.kept.push_back(owner);
    } else if (is_asked_for(state, *owner, view.key, namespace_meta)) {
        view.dropped.push_back(owner);
    } else if (options.keep_unasked) {
        view.held.push_back(owner);
        view.kept.push_back(owner);
    } else {
        view.dropped.push_back(owner);
        view.unasked_losers.insert(owner->meta.uid);
    }
}

bool retains(const cluster_state& state, const std::string& uid, const runtime::object_key& key) {
    const auto gone = state.find_deleted(uid, key);
    return gone != nullptr && gone->on_deletion == v1alpha1::deletion_policy::retain;
}

/// Whom the present Secret names as its owners; of one that is being recreated, whom it named before.
claimed_owners owners_now(const secret_view& view, const view_options& options) {
    if (view.present != nullptr) return owners_of(view.present->meta);
    claimed_owners before;
    if (view.recreating)
        before.annotated.assign(options.deleted->owners.begin(), options.deleted->owners.end());
    return before;
}

/// Deleted RegistryCredentials with deletionPolicy Retain: if no other one delivers to the Secret, it stays,
/// or is created again if the garbage collector was faster than the change of the policy in the copy. One
/// whose loss is only held back does not deliver to it.
void add_retaining(secret_view& view,
                   const cluster_state& state,
                   const claimed_owners& claimed,
                   const kube::object_meta& namespace_meta) {
    const bool is_fed = !view.contributors.empty() || view.kept.size() > view.held.size();
    for (const auto& gone : state.retaining(view.key)) {
        const bool owns = claimed.include(gone->meta.uid);
        if (is_fed) {
            view.lost_owner |= owns;
            view.unnamed_owner_lost |= owns;
        } else if (owns) {
            view.kept.push_back(gone);
            view.retains = true;
        } else if (view.present == nullptr && state.selects(*gone, namespace_meta)) {
            view.contributors.push_back(gone);
        }
    }
    sort_by_precedence(view.kept);
}

void add_owners(secret_view& view,
                const cluster_state& state,
                const claimed_owners& claimed,
                const kube::object_meta& namespace_meta,
                const view_options& options) {
    std::set<std::string> seen;
    for (const auto* uids : {&claimed.references, &claimed.annotated}) {
        for (const auto& uid : *uids) {
            if (!seen.insert(uid).second) continue;
            if (const auto owner = state.find_by_uid(uid)) {
                sort_owner(view, state, owner, namespace_meta, options);
                continue;
            }
            if (retains(state, uid, view.key)) continue;
            view.lost_owner = true;
            view.unnamed_owner_lost |= uids == &claimed.annotated;
        }
    }
    for (auto* list : {&view.kept, &view.dropped, &view.suspended})
        sort_by_precedence(*list);
}

/// Null: it must be read.
const copy_content* current_content(const secret_view& view, const view_options& options) {
    if (view.recreating) return options.deleted;
    const bool is_current = options.content != nullptr &&
                            options.content->resource_version == view.present->meta.resource_version;
    return is_current ? options.content : nullptr;
}

}  // namespace

bool keeps_entries(const secret_view& view) {
    return (view.owner == ownership::ours || view.recreating) &&
           (!view.kept.empty() || !view.desired.complete);
}

bool loses_entries(const secret_view& view) {
    return view.owner != ownership::foreign && (view.lost_owner || !view.dropped.empty());
}

secret_view view_secret(cluster_state& state, const runtime::object_key& key, const view_options& options) {
    secret_view view;
    view.key = key;
    const auto namespace_object = state.find_namespace(key.namespace_name);
    if (namespace_object == nullptr || namespace_object->meta.deleting) return view;
    view.namespace_usable = true;
    view.present = state.find_copy(key);
    view.recreating = view.present == nullptr && options.deleted != nullptr;
    view.is_source = state.is_source(key);
    view.owner = ownership_of(view.present.get(), [&](const std::string& uid) {
        return state.find_by_uid(uid) != nullptr || state.find_deleted(uid, key) != nullptr;
    });
    sort_contributors(view, state.contributors_of(key, namespace_object->meta), options);
    const auto claimed = owners_now(view, options);
    add_owners(view, state, claimed, namespace_object->meta, options);
    add_retaining(view, state, claimed, namespace_object->meta);
    if (view.owner == ownership::foreign) view.kept.clear();  // it has no entries of the owners that it names
    if (!view.contributors.empty()) view.desired = state.desired_of(view.contributors);
    if (keeps_entries(view)) {
        if (const auto* content = current_content(view, options)) {
            merge_with_content(view, state, *content);
        } else {
            look_at_record(view, state);
        }
    } else if (!view.desired.complete) {
        merge_with_content(view, state, {});
    }
    return view;
}

selection_list selections_of(const secret_view& view, const selection_set& recorded) {
    auto owners = selections_of(in_order(view.kept, view.dropped));
    std::ranges::copy(selections_of(view.suspended), std::back_inserter(owners));
    return merge_selections(selections_of(view.contributors), owners, recorded);
}

std::uint64_t desired_fingerprint(const secret_view& view) {
    std::uint64_t fingerprint = 0;
    const bool stays = view.desired.document == nullptr && view.all_recorded_stay && view.present != nullptr;
    for (const auto byte : stays ? view.present->document : view.desired.digest)
        fingerprint = hash_combine(fingerprint, byte);
    for (const auto* list : {&view.contributors, &view.kept}) {
        for (const auto& object : *list)
            fingerprint = hash_combine(fingerprint, spec_of(*object));
    }
    return fingerprint;
}

std::vector<std::string> acting_credentials(const secret_view& view) {
    std::vector<std::string> names;
    for (const auto& object :
         view.contributors.empty() ? in_order(view.kept, view.dropped) : view.contributors)
        names.push_back(object->meta.name);
    return names;
}

std::set<std::string> affected_credentials(const secret_view& view) {
    std::set<std::string> names;
    for (const auto* list : {&view.contributors, &view.kept, &view.dropped, &view.suspended})
        add_names(names, *list);
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

}  // namespace reconcile
