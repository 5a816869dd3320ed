// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/observed_secret.hpp"

#include "api/v1alpha1/registry_credential.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

std::vector<std::string> split_at_commas(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        if (const auto part = util::take_until(text, ','); !part.empty()) parts.emplace_back(part);
    }
    return parts;
}

/// Whether the controller is one of those who wrote the Secret.
bool is_manager(const kube::secret& secret) {
    return std::ranges::find(secret.managers, v1alpha1::field_manager) != secret.managers.end();
}

written_as mark_of(const kube::object_meta& meta) {
    const auto found = meta.annotations.find(written_as_annotation);
    if (found == meta.annotations.end()) return written_as::none;
    return found->second == written_as_value(meta) ? written_as::this_one : written_as::another;
}

author judge(bool has_managers, bool written_by_regcred, written_as mark) noexcept {
    if (mark == written_as::another || (has_managers && !written_by_regcred)) return author::others;
    return mark == written_as::this_one && written_by_regcred ? author::regcred : author::unknown;
}

}  // namespace

std::string written_as_value(const kube::object_meta& copy) {
    return copy.namespace_name + "/" + copy.name;
}

bool is_registry_credential(const kube::owner_reference& reference) noexcept {
    const std::string_view version = reference.api_version;
    return reference.kind == v1alpha1::registry_credential_kind &&
           version.starts_with(v1alpha1::regcred_group) &&
           version.substr(v1alpha1::regcred_group.size()).starts_with('/');
}

claimed_owners owners_of(const kube::object_meta& meta) {
    claimed_owners owners;
    for (const auto& reference : meta.owner_references) {
        if (is_registry_credential(reference)) owners.references.push_back(reference.uid);
    }
    if (const auto found = meta.annotations.find(owner_annotation); found != meta.annotations.end()) {
        owners.annotated = split_at_commas(found->second);
    }
    return owners;
}

bool claimed_owners::include(const std::string& uid) const noexcept {
    return std::ranges::find(references, uid) != references.end() ||
           std::ranges::find(annotated, uid) != annotated.end();
}

observed_secret observe(kube::secret&& full) {
    observed_secret kept;
    kept.docker_config = full.type == kube::docker_config_json_type;
    kept.immutable = full.immutable;
    kept.has_managers = !full.managers.empty();
    kept.written_by_regcred = is_manager(full);
    kept.mark = mark_of(full.meta);
    kept.only_document = full.data.size() == 1;
    const auto label = full.meta.labels.find(managed_by_label);
    kept.labelled = label != full.meta.labels.end() && label->second == managed_by_value;
    if (const auto found = full.data.find(kube::docker_config_json_key); found != full.data.end()) {
        kept.document = util::digest_of(found->second.reveal());
    } else {
        kept.only_document = false;
    }
    kept.meta = std::move(full.meta);
    kept.meta.creation_timestamp = {};
    kept.meta.annotations.erase(std::string(written_as_annotation));
    if (owners_of(kept.meta).none()) {
        // A foreign Secret: its metadata is never needed, and may be large.
        kept.meta.labels = {};
        kept.meta.annotations = {};
        kept.meta.owner_references = {};
        if (!kept.meta.deleting) kept.meta.finalizers = {};
    }
    full.data.clear();
    return kept;
}

bool names_owner(const observed_secret& present, const std::function<bool(const std::string& uid)>& is_live) {
    const auto owners = owners_of(present.meta);
    return !owners.references.empty() || std::ranges::any_of(owners.annotated, is_live);
}

author author_of(const observed_secret& present) noexcept {
    return judge(present.has_managers, present.written_by_regcred, present.mark);
}

author author_of(const kube::secret& secret) {
    return judge(!secret.managers.empty(), is_manager(secret), mark_of(secret.meta));
}

ownership ownership_of(const observed_secret* present,
                       const std::function<bool(const std::string& uid)>& is_live) {
    if (present == nullptr) return ownership::absent;
    if (author_of(*present) == author::others) return ownership::foreign;
    return names_owner(*present, is_live) ? ownership::ours : ownership::foreign;
}

kube::result<observed_secret> decode_copy(const kube::json& object) {
    auto decoded = kube::read_secret(object);
    if (decoded.has_error()) return decoded.error();
    return observe(std::move(*decoded));
}

}  // namespace reconcile
