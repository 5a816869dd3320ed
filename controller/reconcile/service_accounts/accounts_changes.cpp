// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/accounts.hpp"
#include "reconcile/state/selection.hpp"

#include <algorithm>

/// Which ServiceAccounts, and whose status, a change concerns.
namespace reconcile {

void accounts::mark(const account& at, runtime::lane where) {
    table_.doubt(at);
    on_account_(at, where);
}

void accounts::credential_changed(const runtime::change<v1alpha1::registry_credential>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_wish(*before, *after)) return;
    const auto is_wanted = [this](const credential& object, const account& at) {
        return object != nullptr && wants(*object, at);
    };
    const auto is_recorded = [](const credential& object, const observed_account& one) {
        return object != nullptr && std::ranges::binary_search(one.added, object->secret_name);
    };
    for (const auto& [name, of] : stores_) {
        of.for_each([&](const store::pointer& one) {
            const account at{.namespace_name = one->meta.namespace_name, .name = one->meta.name};
            if (is_wanted(before, at) || is_wanted(after, at)) {
                mark(at, runtime::lane::bulk);
            } else if (is_recorded(before, *one) || is_recorded(after, *one)) {
                on_account_(at, runtime::lane::bulk);  // for others it is as right as it was
            }
        });
    }
}

void accounts::namespace_changed(const runtime::change<kube::namespace_object>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_for_selection(before->meta, after->meta)) return;
    const auto& home = after != nullptr ? after->meta.name : before->meta.name;
    const auto lane =
        before == nullptr && model_.namespaces().synced() ? runtime::lane::urgent : runtime::lane::normal;
    for (const auto& [name, of] : stores_) {
        if (of.find({.namespace_name = home, .name = name}) != nullptr)
            mark({.namespace_name = home, .name = name}, lane);
    }
    if (const auto found = names_in_.find(home); found != names_in_.end()) {
        for (const auto& name : found->second)
            mark({.namespace_name = home, .name = name}, lane);
    }
}

/// A Pod lists what its ServiceAccount listed when it was created: a new one goes before all else.
void accounts::account_changed(const store& of, const runtime::change<observed_account>& change) {
    if (stores_.contains(std::string(every_account))) index(change);
    const auto& meta = change.after != nullptr ? change.after->meta : change.before->meta;
    const account at{.namespace_name = meta.namespace_name, .name = meta.name};
    const bool is_new = change.before == nullptr;
    on_account_(at,
                !of.synced() ? runtime::lane::bulk
                : is_new     ? runtime::lane::urgent
                             : runtime::lane::normal);
    if (!is_new && change.after != nullptr) return;
    model_.credentials().for_each([&](const credential& object) {  // whom it counts for
        if (wants(*object, at)) on_status_(object->meta.name);
    });
}

void accounts::index(const runtime::change<observed_account>& change) {
    if (change.before != nullptr && change.after != nullptr) return;
    const auto& meta = change.after != nullptr ? change.after->meta : change.before->meta;
    auto& names = names_in_[meta.namespace_name];
    if (change.after != nullptr) {
        names.push_back(meta.name);
        return;
    }
    std::erase(names, meta.name);
    if (names.empty()) names_in_.erase(meta.namespace_name);
}

}  // namespace reconcile
