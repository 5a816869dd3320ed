// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/copy_content.hpp"

#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/registry_filter.hpp"
#include "dockerconfig/registry_key.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <algorithm>

namespace reconcile {

namespace {

using dockerconfig::registry_entry;

/// Whether the spec lets the source deliver this key.
bool may_deliver(const v1alpha1::credential_source& source, const std::string& key) {
    if (!source.registry.empty()) {
        const auto registry = dockerconfig::registry_key::parse_for_basic_auth(source.registry);
        return registry.has_value() && registry->written() == key;
    }
    return dockerconfig::registry_filter(source.registries).matches(key);
}

/// Whether an entry from `origin` (empty: not known) is kept for `source`, which is not known now.
bool is_kept_for(const v1alpha1::credential_source& source,
                 const std::string& key,
                 const std::string& origin,
                 const v1alpha1::registry_credential& owner) {
    if (!may_deliver(source, key)) return false;
    return origin.empty() || origin == source.secret_name ||
           std::ranges::find(owner.sources, origin, &v1alpha1::credential_source::secret_name) ==
               owner.sources.end();
}

bool is_delivered(const std::vector<contribution>& by, const registry_entry& entry) {
    return std::ranges::any_of(by, [&](const contribution& each) { return delivers(each, entry.key); });
}

/// Null: the copy does not tell.
const entry_origin* find_origin(const copy_content& content, const registry_entry& entry) {
    const auto found = content.origins.find(entry.key.written());
    return found == content.origins.end() ? nullptr : &found->second;
}

/// Whether an entry without a recorded origin may be of this owner. Where the others are recorded, a person
/// or another program has added it.
bool may_be_of(const std::string& uid,
               const copy_content& content,
               const registry_entry& entry,
               const std::vector<contribution>& others) {
    if (!content.origins.empty() && is_recordable(entry.key.written())) return false;
    return content.owners.contains(uid) && (content.owners.size() == 1 || !is_delivered(others, entry));
}

void add(contribution& given, const registry_entry& entry, const std::string& source) {
    given.entries.push_back(entry);
    given.origins.emplace(entry.key.written(), source);
}

}  // namespace

copy_content read_content(const kube::secret& copy) {
    copy_content content;
    content.resource_version = copy.meta.resource_version;
    const auto owners = owners_of(copy.meta);
    content.owners.insert(owners.references.begin(), owners.references.end());
    content.owners.insert(owners.annotated.begin(), owners.annotated.end());
    content.origins = recorded_origins(copy.meta);
    const auto document = copy.data.find(kube::docker_config_json_key);
    if (document == copy.data.end()) return content;
    const auto config = dockerconfig::parse_docker_config(document->second.reveal(),
                                                          dockerconfig::docker_config_form::config_json);
    content.readable = config.has_value();
    if (!content.readable) return content;
    for (const auto& entry : *config) {
        if (entry.content.has_value()) content.entries.push_back(*entry.content);
    }
    return content;
}

entry_origins recorded_origins(const kube::object_meta& copy) {
    const auto found = copy.annotations.find(entries_annotation);
    return found == copy.annotations.end() ? entry_origins{} : read_origins(found->second);
}

source_names sources_of(const entry_origins& origins, const std::string& uid) {
    source_names names;
    for (const auto& [key, origin] : origins) {
        if (origin.uid == uid) names.emplace(key, origin.source);
    }
    return names;
}

void keep_unknown(contribution& given,
                  const v1alpha1::registry_credential& owner,
                  const resolution& resolved,
                  const copy_content& content,
                  const std::vector<contribution>& others) {
    const auto known = given;
    for (const auto& entry : content.entries) {
        const auto* origin = find_origin(content, entry);
        if (origin != nullptr && origin->uid != given.uid) continue;
        if (delivers(known, entry.key)) continue;
        if (origin == nullptr && !may_be_of(given.uid, content, entry, others)) continue;
        const auto from = origin == nullptr ? std::string{} : origin->source;
        const auto source = std::ranges::find_if(resolved.unknown, [&](const auto& each) {
            return is_kept_for(each, entry.key.written(), from, owner);
        });
        if (source != resolved.unknown.end()) add(given, entry, from.empty() ? source->secret_name : from);
    }
    given.complete = true;
}

contribution keep_all(const std::string& uid,
                      const copy_content& content,
                      const std::vector<contribution>& others) {
    contribution given{.uid = uid, .entries = {}, .origins = {}, .complete = true, .kept = true};
    for (const auto& entry : content.entries) {
        const auto* origin = find_origin(content, entry);
        if (origin != nullptr ? origin->uid == uid : may_be_of(uid, content, entry, others))
            add(given, entry, origin != nullptr ? origin->source : std::string{});
    }
    return given;
}

bool all_unknown(const source_names& entries,
                 const v1alpha1::registry_credential& owner,
                 const resolution& resolved) {
    return std::ranges::all_of(entries, [&](const auto& entry) {
        return std::ranges::any_of(resolved.unknown, [&](const auto& source) {
            return is_kept_for(source, entry.first, entry.second, owner);
        });
    });
}

std::vector<v1alpha1::credential_source> lacking_sources(const source_names& entries,
                                                         const v1alpha1::registry_credential& owner,
                                                         const resolution& resolved) {
    std::vector<v1alpha1::credential_source> lacking;
    for (const auto& source : resolved.unknown) {
        const bool kept = std::ranges::any_of(entries, [&](const auto& entry) {
            return is_kept_for(source, entry.first, entry.second, owner);
        });
        if (!kept) lacking.push_back(source);
    }
    return lacking;
}

}  // namespace reconcile
