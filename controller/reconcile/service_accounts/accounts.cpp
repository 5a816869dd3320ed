// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/accounts.hpp"

#include "reconcile/state/selection.hpp"
#include "reconcile/state/wish.hpp"
#include "util/glob.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

bool any_matches(const std::vector<std::string>& globs, const std::string& name) {
    return std::ranges::any_of(globs,
                               [&name](const std::string& glob) { return util::glob_matches(glob, name); });
}

/// Made by regcred and let go: its object went with deletionPolicy Retain, or with --cascade=orphan.
bool is_left_behind(const observed_secret& copy) {
    return copy.labelled || !owners_of(copy.meta).annotated.empty();
}

bool is_recorded(const account_view& view, const std::string& secret_name) {
    return view.present != nullptr && std::ranges::binary_search(view.present->added, secret_name);
}

}  // namespace

accounts::accounts(world& model,
                   const std::vector<std::string>& names,
                   mark_account on_account,
                   world::mark_status on_status)
    : model_(model), on_account_(std::move(on_account)), on_status_(std::move(on_status)) {
    for (const auto& name : names) {
        auto& each = stores_[name];
        each.set_listener([this, &each](const auto& change) { account_changed(each, change); });
    }
}

const accounts::store* accounts::store_of(const std::string& account_name) const {
    auto found = stores_.find(account_name);
    if (found == stores_.end()) found = stores_.find(std::string(every_account));
    return found == stores_.end() ? nullptr : &found->second;
}

accounts::store* accounts::store_of(const std::string& account_name) {
    return const_cast<store*>(std::as_const(*this).store_of(account_name));
}

bool accounts::asked_for(const std::string& allowed_name) const {
    bool asked = false;
    model_.credentials().for_each([&](const credential& object) {
        asked |= allowed_name == every_account ? !object->service_accounts.empty()
                                               : any_matches(object->service_accounts, allowed_name);
    });
    return asked;
}

void accounts::watch_changed(const std::string& allowed_name, bool denied) {
    if (denied) {
        denied_.insert(allowed_name);
    } else {
        denied_.erase(allowed_name);
    }
    model_.credentials().for_each([this](const credential& object) {
        if (!object->service_accounts.empty()) on_status_(object->meta.name);
    });
}

kube::object_meta const* accounts::home_of(const account& at) const {
    const auto home = model_.namespaces().find({.namespace_name = {}, .name = at.namespace_name});
    return home == nullptr || home->meta.deleting ? nullptr : &home->meta;
}

bool accounts::wants(const v1alpha1::registry_credential& object, const account& at) const {
    if (!any_matches(object.service_accounts, at.name)) return false;
    const auto* home = home_of(at);
    return home != nullptr && model_.selects(object, *home);
}

entry_wish accounts::judge_unwanted(const std::string& secret_name,
                                    const contributor_list& suspended,
                                    const account& at) const {
    const auto copy =
        model_.copies(secret_name).find({.namespace_name = at.namespace_name, .name = secret_name});
    if (copy == nullptr) return suspended.empty() ? entry_wish::unwanted : entry_wish::not_taken;
    const auto owners = owners_of(copy->meta);
    const auto lives = [this](const std::string& uid) {
        bool found = false;
        model_.credentials().for_each([&](const credential& object) { found |= object->meta.uid == uid; });
        return found;
    };
    if (reconcile::judge(copy.get(), lives) == ownership::foreign && is_left_behind(*copy))
        return entry_wish::left;
    const bool frozen = std::ranges::any_of(
        suspended, [&owners](const credential& object) { return owners.include(object->meta.uid); });
    return frozen ? entry_wish::not_taken : entry_wish::unwanted;
}

entry_wish accounts::judge(const std::string& secret_name, account_view& view) const {
    bool wanted = false;
    bool not_added = false;
    bool going = false;
    contributor_list suspended;
    const bool recorded = is_recorded(view, secret_name);
    model_.credentials().for_each([&](const credential& object) {
        if (object->secret_name != secret_name) return;
        if (!wants(*object, view.where)) {
            if (!recorded || object->meta.deleting) return;
            view.others.push_back(object);
            if (object->suspend) suspended.push_back(object);
        } else if (object->meta.deleting) {
            going = true;
        } else {
            view.wanting.push_back(object);
            (object->suspend ? not_added : wanted) = true;
        }
    });
    if (wanted) return entry_wish::wanted;
    if (not_added) return entry_wish::not_added;
    if (going) return entry_wish::undecided;
    return recorded ? judge_unwanted(secret_name, suspended, view.where) : entry_wish::unwanted;
}

account_view accounts::look(const account& at) const {
    account_view view;
    view.where = at;
    const auto* of = store_of(at.name);
    if (of == nullptr) return view;
    view.present = of->find(runtime::view_of(at));
    view.namespace_usable = home_of(at) != nullptr;
    if (!view.namespace_usable || view.present == nullptr) return view;
    for (const auto& name : model_.where().secret_names)
        view.entries.push_back({.secret_name = name, .wish = judge(name, view)});
    return view;
}

bool accounts::loss_is_asked_for(const account_view& view) const {
    const auto* known = table_.find(view.where);
    if (known == nullptr) return false;
    return std::ranges::any_of(known->specs, [this](std::uint64_t spec) {
        bool stands = false;
        model_.credentials().for_each(
            [&](const credential& object) { stands |= !object->meta.deleting && spec_of(*object) == spec; });
        return !stands;
    });
}

bool accounts::can_be_named(const std::string& glob) const {
    return std::ranges::any_of(stores_, [&glob](const auto& entry) {
        return entry.first == every_account || util::glob_matches(glob, entry.first);
    });
}

void accounts::count(const store& of,
                     const v1alpha1::registry_credential& object,
                     account_report& into) const {
    of.for_each([&](const store::pointer& each) {
        const account at{.namespace_name = each->meta.namespace_name, .name = each->meta.name};
        if (!wants(object, at)) return;
        ++into.selected;
        const auto* record = table_.find(at);
        if (record == nullptr || record->now == account_record::state::pending) return;
        const auto* failure = record->failure.get();
        const bool fails = failure != nullptr && std::ranges::find(failure->concerned, object.meta.name) !=
                                                     failure->concerned.end();
        if (!fails) ++into.patched;
    });
}

void accounts::add_failures(const v1alpha1::registry_credential& object, account_report& into) const {
    table_.for_each_failed([&](const account& at, const cell_failure& why) {
        if (std::ranges::find(why.concerned, object.meta.name) == why.concerned.end()) return;
        into.failures.push_back({.namespace_name = at.namespace_name,
                                 .reason = why.reason,
                                 .message = why.message,
                                 .since = why.since});
    });
    std::ranges::sort(into.failures, {}, [](const v1alpha1::namespace_failure& failure) {
        return std::tie(failure.namespace_name, failure.message);
    });
}

account_report accounts::report(const v1alpha1::registry_credential& object) const {
    account_report report;
    report.asked = !object.service_accounts.empty();
    std::vector<std::string_view> names;
    for (const auto& [name, of] : stores_) {
        names.emplace_back(name);
        const bool matters =
            name == every_account ? report.asked : any_matches(object.service_accounts, name);
        if (!matters) continue;
        if (report.denied.empty() && denied_.contains(name))
            report.denied = name == every_account ? "serviceaccounts" : "serviceaccounts named " + name;
        report.unread |= !of.synced();
        count(of, object, report);
    }
    report.allowed_names = fmt::format("{}", fmt::join(names, ", "));
    const auto& globs = object.service_accounts;
    const auto odd = std::ranges::find_if(globs, [this](const auto& glob) { return !can_be_named(glob); });
    if (odd != globs.end()) report.not_allowed = *odd;
    add_failures(object, report);
    return report;
}

}  // namespace reconcile
