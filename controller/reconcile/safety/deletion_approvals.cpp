// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_approvals.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

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

std::string how_to_approve(const std::string& credential, const needed_approval& needed) {
    if (needed.none()) return {};
    if (needed.awaited.empty()) {
        const auto more = needed.others.size() - 1;
        return fmt::format(
            "; approved for this RegistryCredential, and waits for the approval of RegistryCredential {}{}, "
            "which loses entries by it too and whose status shows the command",
            *needed.others.begin(),
            more == 0 ? "" : fmt::format(" and {} more", more));
    }
    return fmt::format(
        "; to approve all removals that are held for this RegistryCredential: kubectl annotate --overwrite "
        "registrycredential {} {}={}",
        credential,
        approval_annotation,
        needed.awaited);
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

bool deletion_approvals::has_approved(const std::string& credential, const std::string& since) const {
    const auto approved = until_.find(credential);
    return approved != until_.end() && since <= approved->second;
}

needed_approval deletion_approvals::needed(const std::string& credential,
                                           const std::function<bool(const std::string& name)>& exists) const {
    auto newest = awaited(credential);
    if (newest.empty()) return {};
    if (!has_approved(credential, newest)) return {.awaited = std::move(newest), .others = {}};
    needed_approval needed;
    for (const auto* table : tables_) {
        table->for_each([&](const runtime::object_key&, const result_record& record) {
            std::set<std::string> losers;
            std::set<std::string> missing;
            for_each_hold(record, [&](const failure& hold) {
                for (const auto& name : hold.credentials) {
                    losers.insert(name);
                    if (exists(name) && !has_approved(name, hold.since)) missing.insert(name);
                }
            });
            if (losers.contains(credential)) needed.others.merge(missing);
        });
    }
    return needed;
}

bool deletion_approvals::read(const v1alpha1::registry_credential& object) {
    const auto given = object.meta.annotations.find(approval_annotation);
    if (given == object.meta.annotations.end() || given->second.empty()) return false;
    if (given->second != awaited(object.meta.name)) return false;
    auto& until = until_[object.meta.name];
    if (until == given->second) return false;
    until = given->second;
    return true;
}

bool deletion_approvals::cover(const result_record* held,
                               const std::function<bool(const std::string& credential)>& exists) const {
    if (held == nullptr) return false;
    bool any = false;
    bool all = true;
    for_each_hold(*held, [&](const failure& hold) {
        any |= hold.credentials.empty();
        for (const auto& name : hold.credentials) {
            if (!exists(name)) continue;
            any = true;
            all = all && has_approved(name, hold.since);
        }
    });
    return all && any;
}

}  // namespace reconcile
