// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_plan.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/state/wish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace reconcile {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// Changes one entry of the plan's lists after another.
class planner {
 public:
    explicit planner(const account_view& view) : view_(view) {
        plan_.listed = view.present->listed;
        plan_.added = view.present->added;
    }

    void take(const pull_entry& entry) {
        const auto& name = entry.secret_name;
        const bool listed = has(plan_.listed, name);
        const bool ours = has(plan_.added, name);
        switch (entry.wish) {
            case entry_wish::wanted:
                if (!listed) add(name, ours);
                break;
            case entry_wish::unwanted:
                if (ours) take_back(name);
                break;
            case entry_wish::left:
                if (ours) std::erase(plan_.added, name);
                break;
            case entry_wish::not_added:
                if (!listed) suspended(name, "be listed in");
                break;
            case entry_wish::not_taken:
                if (ours) suspended(name, "be taken out of");
                break;
            case entry_wish::undecided:
            case entry_wish::held:
                break;
        }
    }

    [[nodiscard]] account_plan plan() && {
        plan_.patch = plan_.listed != view_.present->listed || plan_.added != view_.present->added;
        return std::move(plan_);
    }

 private:
    void add(const std::string& name, bool ours) {
        plan_.listed.push_back(name);
        if (!ours) plan_.added.insert(std::ranges::upper_bound(plan_.added, name), name);
        plan_.gains.push_back(name);
    }

    void take_back(const std::string& name) {
        std::erase(plan_.added, name);
        // The last one: ours went to the end.
        const auto last = std::ranges::find(plan_.listed.rbegin(), plan_.listed.rend(), name);
        if (last == plan_.listed.rend()) return;
        plan_.listed.erase(std::next(last).base());
        plan_.losses.push_back(name);
    }

    void suspended(const std::string& name, std::string_view what) {
        if (!plan_.reason.empty()) return;
        plan_.reason = reasons::suspended;
        plan_.about = name;
        plan_.message = fmt::format(
            "Secret {} is to {} ServiceAccount {}, but its RegistryCredential has spec.suspend: true",
            name,
            what,
            shown(view_.where));
    }

    const account_view& view_;
    account_plan plan_;
};

/// What cannot be written back whole is not written.
account_plan for_too_large(const account_view& view) {
    account_plan plan;
    const bool matters = std::ranges::any_of(view.entries, [&](const pull_entry& entry) {
        return entry.wish == entry_wish::wanted ||
               (entry.wish == entry_wish::unwanted && has(view.present->added, entry.secret_name));
    });
    if (!matters) return plan;
    plan.reason = reasons::service_account_too_large;
    plan.message = fmt::format(
        "ServiceAccount {} has more than {} imagePullSecrets, or one with a name that no Secret can have, "
        "and is "
        "left alone; shorten the list",
        shown(view.where),
        most_listed);
    return plan;
}

}  // namespace

account_plan decide(const account_view& view) {
    if (!view.namespace_usable || view.present == nullptr) return {};
    if (view.present->too_large) return for_too_large(view);
    planner decided(view);
    for (const auto& entry : view.entries)
        decided.take(entry);
    return std::move(decided).plan();
}

std::uint64_t wish_of(const account_view& view) {
    std::uint64_t wish = specs_of(view.wanting);
    for (const auto& entry : view.entries) {
        if (entry.wish == entry_wish::wanted) wish = wish * 31 + std::hash<std::string>{}(entry.secret_name);
    }
    return wish;
}

std::string shown(const account& where) {
    return runtime::to_string(runtime::view_of(where));
}

}  // namespace reconcile
