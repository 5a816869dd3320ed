// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/copy_content.hpp"

#include "dockerconfig/docker_config.hpp"
#include "dockerconfig/registry_filter.hpp"
#include "dockerconfig/registry_key.hpp"
#include "reconcile/state/observed_secret.hpp"

#include <algorithm>
#include <optional>

namespace reconcile {

namespace {

using dockerconfig::registry_entry;
using dockerconfig::registry_set;

/// A source of an owner that is not known now. What its spec says is parsed once for all entries.
class unknown_source {
 public:
    unknown_source(const v1alpha1::credential_source& source, const v1alpha1::registry_credential& owner)
        : source_(&source), owner_(&owner), filter_(source.registries) {
        if (source.registry.empty()) return;
        const auto key = dockerconfig::registry_key::parse_for_basic_auth(source.registry);
        if (key.has_value()) registry_ = key->written();
    }

    [[nodiscard]] const v1alpha1::credential_source& source() const noexcept { return *source_; }

    /// Whether an entry from `origin` (empty: not known) is kept for this source.
    [[nodiscard]] bool keeps(const std::string& key, const std::string& origin) const {
        return comes_from(origin) && may_deliver(key);
    }

 private:
    [[nodiscard]] bool comes_from(const std::string& origin) const {
        return origin.empty() || origin == source_->secret_name ||
               std::ranges::find(owner_->sources, origin, &v1alpha1::credential_source::secret_name) ==
                   owner_->sources.end();
    }

    /// Whether the spec lets the source deliver this key.
    [[nodiscard]] bool may_deliver(const std::string& key) const {
        return source_->registry.empty() ? filter_.matches(key) : registry_ == key;
    }

    const v1alpha1::credential_source* source_;
    const v1alpha1::registry_credential* owner_;
    dockerconfig::registry_filter filter_;
    std::optional<std::string> registry_;
};

std::vector<unknown_source> unknown_sources(const resolution& resolved,
                                            const v1alpha1::registry_credential& owner) {
    std::vector<unknown_source> sources;
    sources.reserve(resolved.unknown.size());
    for (const auto& source : resolved.unknown)
        sources.emplace_back(source, owner);
    return sources;
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
               const registry_set& delivered) {
    if (!content.origins.empty() && is_recordable(entry.key.written())) return false;
    return content.owners.contains(uid) && (content.owners.size() == 1 || !delivered.contains(entry.key));
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
    const auto document = copy.data.find(kube::docker_config_json_key);
    if (document == copy.data.end()) return content;
    const auto config = dockerconfig::parse_docker_config(document->second.reveal(),
                                                          dockerconfig::docker_config_form::config_json);
    content.readable = config.has_value();
    if (!content.readable) return content;
    std::vector<std::string> keys;
    for (const auto& entry : *config) {
        if (!entry.content.has_value()) continue;
        content.entries.push_back(*entry.content);
        keys.push_back(entry.content->key.written());
    }
    content.origins = read_origins(record_of(copy.meta), keys);
    return content;
}

std::string_view record_of(const kube::object_meta& copy) {
    const auto found = copy.annotations.find(entries_annotation);
    return found == copy.annotations.end() ? std::string_view{} : std::string_view(found->second);
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
                  const registry_set& delivered) {
    given.complete = true;
    const auto sources = unknown_sources(resolved, owner);
    if (sources.empty()) return;
    registry_set known;
    known.add(given.entries);
    for (const auto& entry : content.entries) {
        const auto* origin = find_origin(content, entry);
        if (origin != nullptr && origin->uid != given.uid) continue;
        if (known.contains(entry.key)) continue;
        if (origin == nullptr && !may_be_of(given.uid, content, entry, delivered)) continue;
        const auto from = origin == nullptr ? std::string{} : origin->source;
        const auto found = std::ranges::find_if(
            sources, [&](const auto& each) { return each.keeps(entry.key.written(), from); });
        if (found != sources.end()) add(given, entry, from.empty() ? found->source().secret_name : from);
    }
}

contribution keep_all(const std::string& uid, const copy_content& content, const registry_set& delivered) {
    contribution given{.uid = uid, .entries = {}, .origins = {}, .complete = true, .kept = true};
    for (const auto& entry : content.entries) {
        const auto* origin = find_origin(content, entry);
        if (origin != nullptr ? origin->uid == uid : may_be_of(uid, content, entry, delivered))
            add(given, entry, origin != nullptr ? origin->source : std::string{});
    }
    return given;
}

bool all_unknown(const source_names& entries,
                 const v1alpha1::registry_credential& owner,
                 const resolution& resolved) {
    const auto sources = unknown_sources(resolved, owner);
    return std::ranges::all_of(entries, [&](const auto& entry) {
        return std::ranges::any_of(
            sources, [&](const auto& source) { return source.keeps(entry.first, entry.second); });
    });
}

std::vector<v1alpha1::credential_source> lacking_sources(const source_names& entries,
                                                         const v1alpha1::registry_credential& owner,
                                                         const resolution& resolved) {
    std::vector<v1alpha1::credential_source> lacking;
    for (const auto& source : unknown_sources(resolved, owner)) {
        const bool kept = std::ranges::any_of(
            entries, [&](const auto& entry) { return source.keeps(entry.first, entry.second); });
        if (!kept) lacking.push_back(source.source());
    }
    return lacking;
}

}  // namespace reconcile
