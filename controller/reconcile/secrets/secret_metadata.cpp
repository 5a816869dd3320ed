// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_metadata.hpp"

#include "reconcile/state/desired_secret.hpp"
#include "util/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace reconcile {

namespace {

void set_or_erase(kube::string_map& map, std::string_view key, std::string value) {
    if (value.empty()) {
        map.erase(std::string(key));
    } else {
        map.insert_or_assign(std::string(key), std::move(value));
    }
}

/// kubectl apply keeps the whole object there, credentials included: an adopted Secret must not keep the old
/// ones.
constexpr std::string_view last_applied_annotation = "kubectl.kubernetes.io/last-applied-configuration";

using key_set = std::set<std::string, std::less<>>;

/// The keys of labels and annotations that a secretTemplate has set.
struct template_keys {
    key_set labels;
    key_set annotations;
};

/// By the UID of the RegistryCredential whose template it is.
using template_record = std::map<std::string, template_keys, std::less<>>;

/// "UID/labels=KEY,KEY;UID/annotations=KEY"
std::string write_record(const template_record& record) {
    std::string text;
    const auto add = [&text](const std::string& uid, std::string_view what, const key_set& keys) {
        if (keys.empty()) return;
        text += fmt::format("{}{}/{}={}", text.empty() ? "" : ";", uid, what, fmt::join(keys, ","));
    };
    for (const auto& [uid, keys] : record) {
        add(uid, "labels", keys.labels);
        add(uid, "annotations", keys.annotations);
    }
    return text;
}

void add_keys(key_set& keys, std::string_view list) {
    while (!list.empty()) {
        if (const auto key = util::take_until(list, ','); !key.empty()) keys.emplace(key);
    }
}

/// Of the templates with which the copy was written. Skips what has another form.
template_record read_record(const kube::object_meta& meta) {
    template_record record;
    const auto found = meta.annotations.find(template_annotation);
    if (found == meta.annotations.end()) return record;
    std::string_view rest = found->second;
    while (!rest.empty()) {
        auto part = util::take_until(rest, ';');
        auto owner = util::take_until(part, '=');
        const std::string uid(util::take_until(owner, '/'));
        if (owner == "labels") add_keys(record[uid].labels, part);
        if (owner == "annotations") add_keys(record[uid].annotations, part);
    }
    return record;
}

void erase_keys(kube::string_map& map, const key_set& keys) {
    for (const auto& key : keys)
        map.erase(key);
}

/// Sets what the template has, but for the keys that an older one has set.
void set_keys(kube::string_map& map, const kube::string_map& wanted, key_set& taken, key_set& keys) {
    for (const auto& [key, value] : wanted) {
        if (!taken.insert(key).second) continue;
        map.insert_or_assign(key, value);
        keys.insert(key);
    }
}

/// What a kept owner's template has set stays as it is; what another one has set goes, unless a contributor's
/// template has it now.
void apply_templates(kube::object_meta& meta,
                     const contributor_list& contributors,
                     const contributor_list& kept) {
    template_record record;
    template_keys taken;
    for (auto& [uid, keys] : read_record(meta)) {
        if (std::ranges::any_of(kept, [&](const auto& owner) { return owner->meta.uid == uid; })) {
            taken.labels.insert(keys.labels.begin(), keys.labels.end());
            taken.annotations.insert(keys.annotations.begin(), keys.annotations.end());
            record.emplace(uid, keys);
        } else {
            erase_keys(meta.labels, keys.labels);
            erase_keys(meta.annotations, keys.annotations);
        }
    }
    for (const auto& object : contributors) {
        auto& keys = record[object->meta.uid];
        set_keys(meta.labels, object->template_labels, taken.labels, keys.labels);
        set_keys(meta.annotations, object->template_annotations, taken.annotations, keys.annotations);
    }
    set_or_erase(meta.annotations, template_annotation, write_record(record));
}

/// Whether the garbage collector may delete the copy when all of these are gone. Of an owner whose spec
/// cannot be read, the copy tells which policy it had.
bool is_collectable(const kube::object_meta& meta, const contributor_list& owners) {
    const auto claimed = owners_of(meta);
    return std::ranges::all_of(owners, [&](const auto& owner) {
        if (owner->spec_fault.empty()) return owner->on_deletion == v1alpha1::deletion_policy::delete_;
        return std::ranges::find(claimed.annotated, owner->meta.uid) == claimed.annotated.end();
    });
}

void put_owners(kube::object_meta& meta, const contributor_list& contributors) {
    const bool collectable = is_collectable(meta, contributors);
    std::erase_if(meta.owner_references, is_registry_credential);
    meta.annotations.erase(std::string(owner_annotation));
    std::string uids;
    for (const auto& contributor : contributors) {
        if (collectable) {
            meta.owner_references.push_back({.api_version = std::string(v1alpha1::regcred_api_version),
                                             .kind = std::string(v1alpha1::registry_credential_kind),
                                             .name = contributor->meta.name,
                                             .uid = contributor->meta.uid,
                                             .controller = std::nullopt,
                                             .block_owner_deletion = std::nullopt});
        }
        uids += (uids.empty() ? "" : ",") + contributor->meta.uid;
    }
    if (!collectable) meta.annotations.insert_or_assign(std::string(owner_annotation), uids);
}

}  // namespace

kube::object_meta desired_metadata(const runtime::object_key& key,
                                   const contributor_list& contributors,
                                   const kube::object_meta* present,
                                   const contributor_list& kept,
                                   std::string_view origins) {
    kube::object_meta meta;
    if (present != nullptr) {
        meta.uid = present->uid;
        meta.resource_version = present->resource_version;
        meta.labels = present->labels;
        meta.annotations = present->annotations;
        meta.owner_references = present->owner_references;
        meta.finalizers = present->finalizers;
        meta.annotations.erase(std::string(last_applied_annotation));
    }
    meta.name = key.name;
    meta.namespace_name = key.namespace_name;
    apply_templates(meta, contributors, kept);
    const auto owners = in_order(contributors, kept);
    set_or_erase(meta.labels, managed_by_label, std::string(owners.empty() ? "" : managed_by_value));
    set_or_erase(meta.annotations, entries_annotation, std::string(origins));
    put_owners(meta, owners);
    return meta;
}

bool same_metadata(const kube::object_meta& a, const kube::object_meta& b) {
    return a.labels == b.labels && a.annotations == b.annotations && a.owner_references == b.owner_references;
}

}  // namespace reconcile
