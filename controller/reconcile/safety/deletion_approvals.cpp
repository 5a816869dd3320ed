// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_approvals.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

namespace reconcile {

namespace {

/// Calls `visit` with each failure of a result that says that the guard holds a removal.
template <class Visitor>
void for_each_hold(const result_record& record, Visitor visit) {
    record.for_each_failure([&](const failure& problem) {
        if (problem.reason == reasons::deletion_guard) visit(problem);
    });
}

}  // namespace

std::string how_to_approve(const std::string& credential, const std::string& awaited) {
    return fmt::format(
        "; to approve all removals that are held for this RegistryCredential: kubectl annotate --overwrite "
        "registrycredential {} {}={}",
        credential,
        approval_annotation,
        awaited);
}

std::string deletion_approvals::awaited(const std::string& credential) const {
    std::string newest;
    for (const auto* table : tables_) {
        table->for_each([&](const runtime::object_key&, const result_record& record) {
            for_each_hold(record, [&](const failure& hold) {
                if (std::ranges::find(hold.credentials, credential) != hold.credentials.end())
                    newest = std::max(newest, hold.since);
            });
        });
    }
    return newest;
}

void deletion_approvals::read(const v1alpha1::registry_credential& object) {
    const auto given = object.meta.annotations.find(approval_annotation);
    if (given == object.meta.annotations.end() || given->second.empty()) return;
    if (given->second == awaited(object.meta.name)) until_[object.meta.name] = given->second;
}

bool deletion_approvals::cover(const result_record* held,
                               const std::function<bool(const std::string& credential)>& exists) const {
    if (held == nullptr) return false;
    std::size_t holds = 0;
    bool all = true;
    for_each_hold(*held, [&](const failure& hold) {
        for (const auto& name : hold.credentials) {
            if (!exists(name)) continue;
            const auto approved = until_.find(name);
            ++holds;
            all = all && approved != until_.end() && hold.since <= approved->second;
        }
    });
    return all && holds > 0;
}

}  // namespace reconcile
