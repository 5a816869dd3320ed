// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_state.hpp"
#include "reconcile/state/selection.hpp"

#include <algorithm>

/// Which ServiceAccounts and statuses a change affects.
namespace reconcile {

using runtime::priority;

/// Marks the last result stale, since the desired state may have changed, and queues the key.
void service_account_state::add_stale(const runtime::object_key& key, priority level) {
    results_.mark_stale(key);
    queues_.service_accounts.add(key, level);
}

void service_account_state::handle(const runtime::change<v1alpha1::registry_credential>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_spec(*before, *after)) return;
    const auto is_wanted = [this](const credential& object, const runtime::object_key& key) {
        return object != nullptr && wants(*object, key);
    };
    const auto is_recorded = [](const credential& object, const observed_service_account& account) {
        return object != nullptr && std::ranges::binary_search(account.added, object->secret_name);
    };
    for (const auto& [name, accounts] : stores_) {
        accounts.for_each([&](const store::pointer& account) {
            const runtime::object_key key{.namespace_name = account->meta.namespace_name,
                                          .name = account->meta.name};
            if (is_wanted(before, key) || is_wanted(after, key)) {
                add_stale(key, priority::bulk);
            } else if (is_recorded(before, *account) || is_recorded(after, *account)) {
                queues_.service_accounts.add(key, priority::bulk);  // the desired state is the same
            }
        });
    }
}

void service_account_state::handle(const runtime::change<kube::namespace_object>& change) {
    const auto& before = change.before;
    const auto& after = change.after;
    if (before != nullptr && after != nullptr && same_for_selection(before->meta, after->meta)) return;
    const auto& namespace_name = after != nullptr ? after->meta.name : before->meta.name;
    const auto level =
        before == nullptr && state_.namespaces().synced() ? priority::urgent : priority::normal;
    for (const auto& [name, accounts] : stores_) {
        if (accounts.find({.namespace_name = namespace_name, .name = name}) != nullptr)
            add_stale({.namespace_name = namespace_name, .name = name}, level);
    }
    if (const auto found = names_in_.find(namespace_name); found != names_in_.end()) {
        for (const auto& name : found->second)
            add_stale({.namespace_name = namespace_name, .name = name}, level);
    }
}

/// A Pod gets the imagePullSecrets that its ServiceAccount has when the Pod is created: a new ServiceAccount
/// goes before all else.
void service_account_state::handle(const runtime::change<observed_service_account>& change) {
    if (stores_.contains(std::string(every_account))) index(change);
    const auto& meta = change.after != nullptr ? change.after->meta : change.before->meta;
    const runtime::object_key key{.namespace_name = meta.namespace_name, .name = meta.name};
    const bool is_new = change.before == nullptr;
    const bool first_list = !store_of(meta.name)->synced();
    queues_.service_accounts.add(key,
                                 first_list ? priority::bulk
                                 : is_new   ? priority::urgent
                                            : priority::normal);
    if (!is_new && change.after != nullptr) return;
    for (const auto& [uid, object] : state_.all_by_uid()) {  // whose count of ServiceAccounts changes
        if (wants(*object, key)) queues_.update_status(object->meta.name);
    }
}

/// Entries of a Secret that has gone may wait for that: see renamed_owner().
void service_account_state::handle(const runtime::change<observed_secret>& change) {
    if (change.after != nullptr) return;
    const auto& copy = change.before->meta;
    const auto add = [&](const store& accounts, const std::string& name) {
        const runtime::object_key key{.namespace_name = copy.namespace_name, .name = name};
        const auto account = accounts.find(runtime::view_of(key));
        if (account != nullptr && std::ranges::binary_search(account->added, copy.name))
            queues_.service_accounts.add(key, priority::bulk);
    };
    for (const auto& [name, accounts] : stores_)
        add(accounts, name);
    if (const auto found = names_in_.find(copy.namespace_name); found != names_in_.end()) {
        for (const auto& name : found->second)
            add(stores_.at(std::string(every_account)), name);
    }
}

void service_account_state::copies_listed(const std::string& secret_name) {
    for (const auto& [name, accounts] : stores_) {
        accounts.for_each([&](const store::pointer& account) {
            if (!std::ranges::binary_search(account->added, secret_name)) return;
            queues_.service_accounts.add(
                {.namespace_name = account->meta.namespace_name, .name = account->meta.name}, priority::bulk);
        });
    }
}

void service_account_state::index(const runtime::change<observed_service_account>& change) {
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
