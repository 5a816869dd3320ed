// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_metadata.hpp"

#include <algorithm>
#include <string>

namespace reconcile {

namespace {

/// kubectl apply keeps the whole object there, credentials included: an adopted Secret must not keep the old
/// ones.
constexpr std::string_view last_applied_annotation = "kubectl.kubernetes.io/last-applied-configuration";

kube::string_map merged(const contributor_list& contributors,
                        kube::string_map v1alpha1::registry_credential::* member) {
    kube::string_map all;
    for (const auto& contributor : contributors) {
        for (const auto& [key, value] : (*contributor).*member)
            all.emplace(key, value);  // the older contributor wins
    }
    return all;
}

std::string joined_keys(const kube::string_map& map) {
    std::string text;
    for (const auto& [key, value] : map) {
        if (!text.empty()) text += ',';
        text += key;
    }
    return text;
}

std::string record_of(const kube::string_map& labels, const kube::string_map& annotations) {
    std::string text;
    if (!labels.empty()) text = "labels=" + joined_keys(labels);
    if (!annotations.empty())
        text += (text.empty() ? "annotations=" : ";annotations=") + joined_keys(annotations);
    return text;
}

void erase_keys(kube::string_map& map, std::string_view keys) {
    while (!keys.empty()) {
        const auto comma = std::min(keys.find(','), keys.size());
        if (const auto found = map.find(keys.substr(0, comma)); found != map.end()) map.erase(found);
        keys.remove_prefix(std::min(comma + 1, keys.size()));
    }
}

/// Removes the labels and annotations of an earlier template.
void forget_template(kube::object_meta& meta) {
    const auto found = meta.annotations.find(template_annotation);
    if (found == meta.annotations.end()) return;
    const std::string record = found->second;
    std::string_view rest = record;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto part = rest.substr(0, end);
        if (part.starts_with("labels=")) erase_keys(meta.labels, part.substr(7));
        if (part.starts_with("annotations=")) erase_keys(meta.annotations, part.substr(12));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    meta.annotations.erase(std::string(template_annotation));
}

void put_owners(kube::object_meta& meta, const contributor_list& contributors) {
    std::erase_if(meta.owner_references, is_registry_credential);
    meta.annotations.erase(std::string(owner_annotation));
    const bool collectable = std::ranges::all_of(
        contributors, [](const auto& c) { return c->on_deletion == v1alpha1::deletion_policy::delete_; });
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
                                   const kube::object_meta* present) {
    kube::object_meta meta;
    if (present != nullptr) {
        meta.uid = present->uid;
        meta.resource_version = present->resource_version;
        meta.labels = present->labels;
        meta.annotations = present->annotations;
        meta.owner_references = present->owner_references;
        meta.finalizers = present->finalizers;
        forget_template(meta);
        meta.annotations.erase(std::string(last_applied_annotation));
    }
    meta.name = key.name;
    meta.namespace_name = key.namespace_name;

    const auto labels = merged(contributors, &v1alpha1::registry_credential::template_labels);
    const auto annotations = merged(contributors, &v1alpha1::registry_credential::template_annotations);
    for (const auto& [label, value] : labels)
        meta.labels.insert_or_assign(label, value);
    for (const auto& [annotation, value] : annotations)
        meta.annotations.insert_or_assign(annotation, value);
    if (const auto record = record_of(labels, annotations); !record.empty()) {
        meta.annotations.insert_or_assign(std::string(template_annotation), record);
    }
    meta.labels.insert_or_assign(std::string(managed_by_label), std::string(managed_by_value));
    put_owners(meta, contributors);
    return meta;
}

bool same_metadata(const kube::object_meta& a, const kube::object_meta& b) {
    return a.labels == b.labels && a.annotations == b.annotations && a.owner_references == b.owner_references;
}

}  // namespace reconcile
