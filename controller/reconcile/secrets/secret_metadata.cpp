// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_metadata.hpp"

#include "reconcile/state/desired_secret.hpp"
#include "util/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
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
using template_member = kube::string_map v1alpha1::registry_credential::*;

/// The keys of labels and annotations that come from a secretTemplate.
struct template_keys {
    key_set labels;
    key_set annotations;
};

kube::string_map merged(const contributor_list& contributors, template_member member) {
    kube::string_map all;
    for (const auto& contributor : contributors) {
        for (const auto& [key, value] : (*contributor).*member)
            all.emplace(key, value);  // the older contributor wins
    }
    return all;
}

std::string record_of(const template_keys& keys) {
    std::string text;
    if (!keys.labels.empty()) text = fmt::format("labels={}", fmt::join(keys.labels, ","));
    if (!keys.annotations.empty())
        text += fmt::format("{}annotations={}", text.empty() ? "" : ";", fmt::join(keys.annotations, ","));
    return text;
}

void add_keys(key_set& keys, std::string_view list) {
    while (!list.empty()) {
        if (const auto key = util::take_until(list, ','); !key.empty()) keys.emplace(key);
    }
}

/// Those of the template with which the copy was written.
template_keys recorded_keys(const kube::object_meta& meta) {
    template_keys keys;
    const auto found = meta.annotations.find(template_annotation);
    if (found == meta.annotations.end()) return keys;
    std::string_view rest = found->second;
    while (!rest.empty()) {
        const auto part = util::take_until(rest, ';');
        if (part.starts_with("labels=")) add_keys(keys.labels, part.substr(7));
        if (part.starts_with("annotations=")) add_keys(keys.annotations, part.substr(12));
    }
    return keys;
}

void erase_keys(kube::string_map& map, const key_set& keys) {
    for (const auto& key : keys)
        map.erase(key);
}

/// Sets the values of the contributors' templates, and adds their keys to `keys`. What a kept owner's
/// template has set stays as it is.
void apply_template(kube::string_map& map,
                    key_set& keys,
                    const contributor_list& contributors,
                    const contributor_list& kept,
                    template_member member) {
    const auto fixed = merged(kept, member);
    for (const auto& [key, value] : merged(contributors, member)) {
        keys.insert(key);
        if (!fixed.contains(key) || !map.contains(key)) map.insert_or_assign(key, value);
    }
}

void apply_templates(kube::object_meta& meta,
                     const contributor_list& contributors,
                     const contributor_list& kept) {
    auto keys = recorded_keys(meta);
    if (kept.empty()) {
        erase_keys(meta.labels, std::exchange(keys.labels, {}));
        erase_keys(meta.annotations, std::exchange(keys.annotations, {}));
    }
    apply_template(
        meta.labels, keys.labels, contributors, kept, &v1alpha1::registry_credential::template_labels);
    apply_template(meta.annotations,
                   keys.annotations,
                   contributors,
                   kept,
                   &v1alpha1::registry_credential::template_annotations);
    set_or_erase(meta.annotations, template_annotation, record_of(keys));
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
    meta.labels.insert_or_assign(std::string(managed_by_label), std::string(managed_by_value));
    set_or_erase(meta.annotations, entries_annotation, std::string(origins));
    put_owners(meta, in_order(contributors, kept));
    return meta;
}

bool same_metadata(const kube::object_meta& a, const kube::object_meta& b) {
    return a.labels == b.labels && a.annotations == b.annotations && a.owner_references == b.owner_references;
}

}  // namespace reconcile
