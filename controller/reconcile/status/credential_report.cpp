// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/credential_report.hpp"

#include "dockerconfig/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

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

std::size_t shared_namespaces(const cluster_state& state,
                              const v1alpha1::registry_credential& a,
                              const v1alpha1::registry_credential& b) {
    std::size_t count = 0;
    state.namespaces().for_each([&](const auto& each) {
        count += state.selects(a, each->meta) && state.selects(b, each->meta) ? 1U : 0U;
    });
    return count;
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
    std::ranges::sort(older, [](const auto& a, const auto& b) { return precedes(a->meta, b->meta); });
    return older;
}

/// Reports a registry that an older RegistryCredential delivers to the same namespaces.
cause registry_conflict(const cluster_state& state, const v1alpha1::registry_credential& object) {
    const auto& mine = state.resolved(object.meta.uid).entries;
    if (mine == nullptr) return {};
    for (const auto& other : older_than(state, object)) {
        const auto& theirs = state.resolved(other->meta.uid).entries;
        if (theirs == nullptr) continue;
        const auto merged = dockerconfig::merge(std::vector{*theirs, *mine});
        if (merged.conflicts.empty()) continue;
        const auto count = shared_namespaces(state, object, *other);
        if (count == 0) continue;
        return {.reason = reasons::registry_conflict,
                .message = fmt::format(
                    "registry {} is delivered by the older RegistryCredential {} in {} namespace{}; remove "
                    "it from one of the two, or give them different namespaces",
                    merged.conflicts.front().key,
                    other->meta.name,
                    count,
                    count == 1 ? "" : "s")};
    }
    return {};
}

}  // namespace

credential_report report_on(const cluster_state& state, const v1alpha1::registry_credential& object) {
    credential_report report;
    const auto& resolved = state.resolved(object.meta.uid);
    report.source_fault = resolved.fault;
    report.source_notes = resolved.notes;
    report.source_count = object.sources.size();
    if (resolved.entries != nullptr) {
        for (const auto& entry : *resolved.entries)
            report.registries.push_back(entry.key.written());
    }
    if (report.source_fault.reason.empty()) report.source_fault = registry_conflict(state, object);
    report.name_allowed = state.manages(object.secret_name);
    report.allowed_names = fmt::format("{}", fmt::join(state.scope().secret_names, ", "));

    state.namespaces().for_each([&](const auto& each) {
        if (!state.selects(object, each->meta)) return;
        ++report.selected;
        const auto* record =
            state.results().find({.namespace_name = each->meta.name, .name = object.secret_name});
        if (record == nullptr) return;
        if (const auto* problem = record->failure_of(object.meta.name)) {
            report.failures.push_back(as_reported(each->meta.name, *problem));
        } else if (record->now == result_record::state::synced) {
            ++report.synced;
        }
    });
    add_stuck(state, object, report);
    std::ranges::sort(report.failures, {}, &v1alpha1::namespace_failure::namespace_name);
    return report;
}

}  // namespace reconcile
