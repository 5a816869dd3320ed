// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/credential_report.hpp"

#include "dockerconfig/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace reconcile {

namespace {

v1alpha1::namespace_failure as_reported(const std::string& namespace_name, const failure& problem) {
    return {.namespace_name = namespace_name,
            .reason = problem.reason,
            .message = problem.message,
            .since = problem.since};
}

bool is_owned(const cluster_state& state, const runtime::object_key& key, const std::string& uid) {
    const auto copy = state.find_copy(key);
    return copy != nullptr && owners_of(copy->meta).include(uid);
}

/// Adds the copies in namespaces that are not selected which cannot be deleted.
void add_stuck(const cluster_state& state,
               const v1alpha1::registry_credential& object,
               credential_report& report) {
    state.results().for_each([&](const runtime::object_key& key, const result_record& record) {
        const auto* problem = record.failure_of(object.meta.name);
        if (problem == nullptr) return;
        const auto namespace_object = state.find_namespace(key.namespace_name);
        if (namespace_object == nullptr || !is_owned(state, key, object.meta.uid)) return;
        if (key.name == object.secret_name && state.selects(object, namespace_object->meta)) return;
        report.failures.push_back(as_reported(key.namespace_name, *problem));
        ++report.stuck;
    });
}

/// The RegistryCredentials with the same Secret name that take precedence, oldest first.
contributor_list older_than(const cluster_state& state, const v1alpha1::registry_credential& object) {
    contributor_list older;
    for (const auto& [uid, other] : state.all_by_uid()) {
        if (other->secret_name == object.secret_name && !other->meta.deleting &&
            precedes(other->meta, object.meta)) {
            older.push_back(other);
        }
    }
    sort_by_precedence(older);
    return older;
}

/// An older RegistryCredential that delivers registries of this one, and the namespaces where it does. A
/// suspended one may be several of these: it keeps what it has, which differs from Secret to Secret.
struct rival {
    std::shared_ptr<const v1alpha1::registry_credential> object;
    std::set<std::string> registries;  // as this one wrote them
    std::set<std::string> namespaces;
};

std::set<std::string> selected_by_both(const cluster_state& state,
                                       const v1alpha1::registry_credential& a,
                                       const v1alpha1::registry_credential& b) {
    std::set<std::string> names;
    state.namespaces().for_each([&](const auto& each) {
        if (state.selects(a, each->meta) && state.selects(b, each->meta)) names.insert(each->meta.name);
    });
    return names;
}

/// The entries of one owner in a copy.
struct owned_entries {
    bool may_be_any = false;  // the annotation does not tell
    dockerconfig::registry_set registries;
};

owned_entries entries_of(const cluster_state& state, const runtime::object_key& key, const std::string& uid) {
    owned_entries entries;
    const auto copy = state.find_copy(key);
    const auto is_live = [&state](const std::string& owner) { return state.find_by_uid(owner) != nullptr; };
    if (ownership_of(copy.get(), is_live) != ownership::ours) return entries;
    const auto recorded = copy->meta.annotations.find(entries_annotation);
    if (recorded == copy->meta.annotations.end() || has_hashed_keys(recorded->second)) {
        entries.may_be_any = owners_of(copy->meta).include(uid);
        return entries;
    }
    for (const auto& [written, origin] : read_origins(recorded->second)) {
        if (origin.uid != uid) continue;
        if (const auto parsed = dockerconfig::registry_key::parse(written)) entries.registries.add(*parsed);
    }
    return entries;
}

/// A suspended one delivers to no further Secret, and keeps what it has in the others.
std::vector<rival> split_suspended(const cluster_state& state,
                                   const rival& suspended,
                                   const std::vector<dockerconfig::registry_conflict>& conflicts) {
    std::map<std::string, owned_entries> present;
    for (const auto& name : suspended.namespaces) {
        const runtime::object_key key{.namespace_name = name, .name = suspended.object->secret_name};
        present.emplace(name, entries_of(state, key, suspended.object->meta.uid));
    }
    std::map<std::set<std::string>, std::set<std::string>> registries_by_namespaces;
    for (const auto& lost : conflicts) {
        std::set<std::string> names;
        for (const auto& [name, entries] : present) {
            if (entries.may_be_any || entries.registries.contains(lost.key)) names.insert(name);
        }
        if (!names.empty()) registries_by_namespaces[names].insert(lost.key.written());
    }
    std::vector<rival> rivals;
    rivals.reserve(registries_by_namespaces.size());
    for (const auto& [names, registries] : registries_by_namespaces)
        rivals.push_back({.object = suspended.object, .registries = registries, .namespaces = names});
    std::ranges::sort(rivals, {}, &rival::registries);
    return rivals;
}

/// Oldest first. Without those that deliver to no namespace of this one.
std::vector<rival> rivals_of(const cluster_state& state, const v1alpha1::registry_credential& object) {
    std::vector<rival> rivals;
    const auto& mine = state.resolved(object.meta.uid).entries;
    if (mine == nullptr) return rivals;
    for (const auto& other : older_than(state, object)) {
        const auto& theirs = state.resolved(other->meta.uid).entries;
        if (theirs == nullptr) continue;
        const auto merged = dockerconfig::merge(std::vector{*theirs, *mine});
        if (merged.conflicts.empty()) continue;
        rival found{.object = other, .registries = {}, .namespaces = selected_by_both(state, object, *other)};
        if (found.namespaces.empty()) continue;
        if (other->suspend) {
            std::ranges::move(split_suspended(state, found, merged.conflicts), std::back_inserter(rivals));
            continue;
        }
        for (const auto& lost : merged.conflicts)
            found.registries.insert(lost.key.written());
        rivals.push_back(std::move(found));
    }
    return rivals;
}

/// Reports a registry that an older RegistryCredential delivers to the same namespaces.
cause registry_conflict(const std::vector<rival>& rivals) {
    if (rivals.empty()) return {};
    const auto& first = rivals.front();
    const auto count = first.namespaces.size();
    return {.reason = reasons::registry_conflict,
            .message = fmt::format(
                "registry {} is delivered by the older RegistryCredential {} in {} namespace{}; remove "
                "it from one of the two, or give them different namespaces",
                *first.registries.begin(),
                first.object->meta.name,
                count,
                count == 1 ? "" : "s")};
}

bool select_together(const std::vector<const rival*>& rivals, std::int64_t selected) {
    std::set<std::string> names;
    for (const auto* each : rivals)
        names.insert(each->namespaces.begin(), each->namespaces.end());
    return selected > 0 && static_cast<std::int64_t>(names.size()) == selected;
}

/// The registries that older RegistryCredentials do not deliver to each of the `selected` namespaces.
std::vector<std::string> delivered_registries(const std::vector<dockerconfig::registry_entry>& entries,
                                              const std::vector<rival>& rivals,
                                              std::int64_t selected) {
    std::vector<std::string> delivered;
    std::map<std::vector<const rival*>, bool> known;  // many registries have the same rivals
    for (const auto& entry : entries) {
        std::vector<const rival*> with_it;
        for (const auto& each : rivals) {
            if (each.registries.contains(entry.key.written())) with_it.push_back(&each);
        }
        const auto [lost, is_new] = known.try_emplace(with_it, false);
        if (is_new) lost->second = select_together(with_it, selected);
        if (!lost->second) delivered.push_back(entry.key.written());
    }
    return delivered;
}

const cause& watch_fault_for(const cluster_state& state, const v1alpha1::registry_credential& object) {
    const auto& copies = state.watch_fault(object.secret_name);
    if (!copies.reason.empty()) return copies;
    const auto& namespaces = state.watch_fault(watched::namespaces);
    return namespaces.reason.empty() ? state.watch_fault(watched::credentials) : namespaces;
}

}  // namespace

credential_report report_on(const cluster_state& state, const v1alpha1::registry_credential& object) {
    credential_report report;
    const auto& resolved = state.resolved(object.meta.uid);
    const auto& unseen_sources = state.watch_fault(watched::sources);
    report.source_fault = unseen_sources.reason.empty() ? resolved.fault : unseen_sources;
    report.source_notes = resolved.notes;
    report.source_count = object.sources.size();
    const auto rivals = rivals_of(state, object);
    if (report.source_fault.reason.empty()) report.source_fault = registry_conflict(rivals);
    report.name_allowed = state.manages(object.secret_name);
    report.watch_fault = watch_fault_for(state, object);
    report.allowed_names = fmt::format("{}", fmt::join(state.scope().secret_names, ", "));

    state.namespaces().for_each([&](const auto& each) {
        if (!state.selects(object, each->meta)) return;
        ++report.selected;
        const auto* record =
            state.results().find({.namespace_name = each->meta.name, .name = object.secret_name});
        if (record == nullptr) return;
        if (const auto* problem = record->failure_of(object.meta.name)) {
            report.failures.push_back(as_reported(each->meta.name, *problem));
            // The Secret has no usable source; of this one it is known why.
            auto& reason = report.failures.back().reason;
            if (reason == reasons::source_invalid && !resolved.fault.reason.empty())
                reason = resolved.fault.reason;
        } else if (record->now == result_record::state::synced) {
            ++report.synced;
        }
    });
    if (resolved.entries != nullptr)
        report.registries = delivered_registries(*resolved.entries, rivals, report.selected);
    add_stuck(state, object, report);
    std::ranges::sort(report.failures, {}, &v1alpha1::namespace_failure::namespace_name);
    return report;
}

}  // namespace reconcile
