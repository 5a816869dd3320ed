// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_state.hpp"

#include "reconcile/service_accounts/entry_losers.hpp"
#include "util/glob.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace reconcile {

namespace {

/// Whether the Secret was retained: its object was deleted with deletionPolicy Retain, or --cascade=orphan.
bool is_left_behind(const observed_secret& copy) {
    return copy.labelled || !owners_of(copy.meta).annotated.empty();
}

bool is_recorded(const service_account_view& view, const std::string& secret_name) {
    return view.present != nullptr && std::ranges::binary_search(view.present->added, secret_name);
}

/// Whether the spec of a RegistryCredential cannot be read: it may want any entry.
bool has_unreadable(const cluster_state& state) {
    return std::ranges::any_of(state.all_by_uid(),
                               [](const auto& each) { return !each.second->spec_fault.empty(); });
}

bool is_owned_by_unreadable(const cluster_state& state, const observed_secret& copy) {
    const auto owners = owners_of(copy.meta);
    return std::ranges::any_of(state.all_by_uid(), [&owners](const auto& each) {
        return !each.second->spec_fault.empty() && owners.include(each.first);
    });
}

}  // namespace

service_account_state::service_account_state(cluster_state& state,
                                             const std::vector<std::string>& names,
                                             work_queues& queues)
    : state_(state), queues_(queues) {
    for (const auto& name : names)
        stores_[name].add_handler(*this);
    state_.credentials().add_handler(*this);
    state_.namespaces().add_handler(*this);
    for (const auto& name : state_.scope().secret_names)
        state_.copies(name).add_handler(*this);
}

const service_account_state::store* service_account_state::store_of(const std::string& account_name) const {
    auto found = stores_.find(account_name);
    if (found == stores_.end()) found = stores_.find(std::string(every_account));
    return found == stores_.end() ? nullptr : &found->second;
}

service_account_state::store* service_account_state::store_of(const std::string& account_name) {
    return const_cast<store*>(std::as_const(*this).store_of(account_name));
}

bool service_account_state::asked_for(const std::string& allowed_name) const {
    return std::ranges::any_of(state_.all_by_uid(), [&](const auto& entry) {
        const auto& object = *entry.second;
        return allowed_name == every_account ? !object.service_accounts.empty()
                                             : names_account(object, allowed_name);
    });
}

void service_account_state::watch_changed(const std::string& allowed_name, bool denied) {
    if (denied) {
        denied_.insert(allowed_name);
    } else {
        denied_.erase(allowed_name);
    }
    for (const auto& [uid, object] : state_.all_by_uid()) {
        if (!object->service_accounts.empty()) queues_.update_status(object->meta.name);
    }
}

bool service_account_state::is_usable(const std::string& namespace_name) const {
    const auto found = state_.find_namespace(namespace_name);
    return found != nullptr && !found->meta.deleting;
}

bool service_account_state::wants(const v1alpha1::registry_credential& object,
                                  const runtime::object_key& key) const {
    if (!names_account(object, key.name)) return false;
    const auto found = state_.find_namespace(key.namespace_name);
    return found != nullptr && !found->meta.deleting && state_.selects(object, found->meta);
}

/// `suspended`: RegistryCredentials with spec.suspend: true that use the Secret name, and may have had the
/// entry added.
void service_account_state::set_goal_of_unwanted(pull_secret_entry& entry,
                                                 const contributor_list& suspended,
                                                 const runtime::object_key& account) const {
    if (!state_.synced(entry.secret_name)) {  // copies_listed() queues the ServiceAccount
        entry.goal = entry_goal::undecided;
        return;
    }
    const auto keep = [&entry](const v1alpha1::registry_credential& object) {
        entry.goal = entry_goal::suspended_removal;
        entry.suspended_by = object.meta.name;
    };
    const runtime::object_key key{.namespace_name = account.namespace_name, .name = entry.secret_name};
    if (!state_.retaining(key).empty()) {  // the copy does not show the policy yet
        entry.goal = entry_goal::released;
        return;
    }
    const auto copy = state_.find_copy(key);
    if (copy == nullptr && has_unreadable(state_)) {
        entry.goal = entry_goal::undecided;
        return;
    }
    if (copy == nullptr) {
        if (!suspended.empty()) keep(*suspended.front());
        return;
    }
    if (is_owned_by_unreadable(state_, *copy)) {
        entry.goal = entry_goal::undecided;
        return;
    }
    const auto is_live = [this](const std::string& uid) { return state_.find_by_uid(uid) != nullptr; };
    if (!names_owner(*copy, is_live) && is_left_behind(*copy)) {
        entry.goal = entry_goal::released;
        return;
    }
    if (const auto renamed = renamed_owner(*copy, account)) {
        if (renamed->suspend) return keep(*renamed);
        entry.goal = entry_goal::undecided;
        return;
    }
    const auto owners = owners_of(copy->meta);
    const auto owner = std::ranges::find_if(
        suspended, [&owners](const credential& object) { return owners.include(object->meta.uid); });
    if (owner != suspended.end()) keep(**owner);
}

/// An owner of the copy that has another secretName now, and keeps the copy until its new Secret is ready, or
/// the deletion guard lets go of the copy in a namespace that is no longer selected, or, if it is suspended,
/// for as long as that. Null: there is none.
service_account_state::credential service_account_state::renamed_owner(
    const observed_secret& copy, const runtime::object_key& account) const {
    const auto owners = owners_of(copy.meta);
    for (const auto& [uid, object] : state_.all_by_uid()) {
        if (object->secret_name == copy.meta.name || !owners.include(uid)) continue;
        if (!names_account(*object, account.name)) continue;
        const runtime::object_key replacement{.namespace_name = account.namespace_name,
                                              .name = object->secret_name};
        const bool is_replaced = wants(*object, account) && state_.results().is_synced(replacement);
        if (object->suspend || !is_replaced) return object;
    }
    return nullptr;
}

/// The selections of the last result, if one of them is about this Secret name. If none is, the result may
/// come from a time when the Secrets of that name were not known yet, and tells nothing of its entry.
selection_set service_account_state::recorded_for(const runtime::object_key& account,
                                                  const std::string& secret_name) const {
    const auto* known = results_.find(account);
    if (known == nullptr || known->selections == nullptr) return nullptr;
    const bool is_told = std::ranges::any_of(*known->selections, [&](const recorded_selection& each) {
        return each.spec != nullptr && each.spec->secret_name == secret_name;
    });
    return is_told ? known->selections : nullptr;
}

/// Whether each RegistryCredential that wanted the entry is gone, or has had its spec changed since so that
/// it no longer does: the spec of then would still want the entry now.
bool service_account_state::is_asked_for(const service_account_view& view,
                                         const std::string& secret_name,
                                         const selection_set& recorded) const {
    if (recorded == nullptr) return false;
    return std::ranges::none_of(view.others, [&](const credential& object) {
        if (object->secret_name != secret_name || !reconcile::is_recorded(recorded, *object)) return false;
        const auto* before = spec_before_edit(recorded, account_selection_of(*object));
        return before == nullptr || !wants(*before, view.key);
    });
}

void service_account_state::add_entry(const std::string& secret_name, service_account_view& view) const {
    pull_secret_entry entry;
    entry.secret_name = secret_name;
    bool wanted = false;
    bool terminating = false;
    std::string wanted_by_suspended;
    contributor_list suspended;
    const bool recorded = is_recorded(view, secret_name);
    selection_set known;
    std::shared_ptr<const observed_secret> secret;
    if (recorded) {
        known = recorded_for(view.key, secret_name);
        secret = state_.find_copy({.namespace_name = view.key.namespace_name, .name = secret_name});
    }
    for (const auto& [uid, object] : state_.all_by_uid()) {
        if (object->secret_name != secret_name) continue;
        if (!wants(*object, view.key)) {
            if (!recorded || object->meta.deleting) continue;
            view.others.push_back(object);
            if (!may_lose_entry(*object, view.key.name, known, secret.get())) continue;
            view.losing.push_back(object);
            if (object->suspend) suspended.push_back(object);
        } else if (object->meta.deleting) {
            terminating = true;
        } else {
            view.wanting.push_back(object);
            if (object->suspend) wanted_by_suspended = object->meta.name;
            wanted |= !object->suspend;
        }
    }
    if (wanted) {
        entry.goal = entry_goal::listed;
    } else if (!wanted_by_suspended.empty()) {
        entry.goal = entry_goal::suspended_add;
        entry.suspended_by = std::move(wanted_by_suspended);
    } else if (terminating) {
        entry.goal = entry_goal::undecided;
    } else if (recorded) {
        set_goal_of_unwanted(entry, suspended, view.key);
        entry.asked_for = is_asked_for(view, secret_name, known);
    }
    view.entries.push_back(std::move(entry));
}

service_account_view service_account_state::view(const runtime::object_key& key) const {
    service_account_view view;
    view.key = key;
    const auto* accounts = store_of(key.name);
    if (accounts == nullptr) return view;
    view.present = accounts->find(runtime::view_of(key));
    view.namespace_usable = is_usable(key.namespace_name);
    if (!view.namespace_usable || view.present == nullptr) return view;
    for (const auto& name : state_.scope().secret_names)
        add_entry(name, view);
    return view;
}

bool service_account_state::can_be_named(const std::string& glob) const {
    return std::ranges::any_of(stores_, [&glob](const auto& entry) {
        return entry.first == every_account || util::glob_matches(glob, entry.first);
    });
}

void service_account_state::count(const store& accounts,
                                  const v1alpha1::registry_credential& object,
                                  service_account_report& report) const {
    accounts.for_each([&](const store::pointer& each) {
        const runtime::object_key key{.namespace_name = each->meta.namespace_name, .name = each->meta.name};
        if (!wants(object, key)) return;
        ++report.selected;
        const auto* record = results_.find(key);
        if (record == nullptr || record->now == result_record::state::pending) return;
        const auto* problem = record->last_failure.get();
        const bool fails = problem != nullptr && std::ranges::find(problem->credentials, object.meta.name) !=
                                                     problem->credentials.end();
        if (!fails) ++report.patched;
    });
}

void service_account_state::add_failures(const v1alpha1::registry_credential& object,
                                         service_account_report& report) const {
    results_.for_each_failed([&](const runtime::object_key& key, const failure& problem) {
        if (std::ranges::find(problem.credentials, object.meta.name) == problem.credentials.end()) return;
        report.failures.push_back({.namespace_name = key.namespace_name,
                                   .reason = problem.reason,
                                   .message = problem.message,
                                   .since = problem.since});
    });
    std::ranges::sort(report.failures, {}, [](const v1alpha1::namespace_failure& each) {
        return std::tie(each.namespace_name, each.message);
    });
}

service_account_report service_account_state::report(const v1alpha1::registry_credential& object) const {
    service_account_report report;
    report.asked = !object.service_accounts.empty();
    std::vector<std::string_view> names;
    for (const auto& [name, accounts] : stores_) {
        names.emplace_back(name);
        const bool matters = name == every_account ? report.asked : names_account(object, name);
        if (!matters) continue;
        if (report.denied.empty() && denied_.contains(name))
            report.denied = name == every_account ? "serviceaccounts" : "serviceaccounts named " + name;
        report.unread |= !accounts.synced();
        count(accounts, object, report);
    }
    report.allowed_names = fmt::format("{}", fmt::join(names, ", "));
    const auto& globs = object.service_accounts;
    const auto not_allowed =
        std::ranges::find_if(globs, [this](const auto& glob) { return !can_be_named(glob); });
    if (not_allowed != globs.end()) report.not_allowed = *not_allowed;
    add_failures(object, report);
    return report;
}

}  // namespace reconcile
