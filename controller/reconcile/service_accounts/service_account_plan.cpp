// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_plan.hpp"

#include "reconcile/state/contributors.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>

namespace reconcile {

namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

/// Applies one entry after another to the lists of the plan.
class planner {
 public:
    explicit planner(const service_account_view& view) : view_(view) {
        plan_.listed = view.present->listed;
        plan_.added = view.present->added;
    }

    void apply(const pull_secret_entry& entry) {
        const auto& name = entry.secret_name;
        const bool listed = has(plan_.listed, name);
        const bool ours = has(plan_.added, name);
        switch (entry.goal) {
            case entry_goal::listed:
                if (!listed) add(name, ours);
                break;
            case entry_goal::unlisted:
                if (ours) remove(name);
                break;
            case entry_goal::released:
                if (ours) std::erase(plan_.added, name);
                break;
            case entry_goal::suspended_add:
                if (!listed) suspended(entry, "added to");
                break;
            case entry_goal::suspended_removal:
                if (ours) suspended(entry, "removed from");
                break;
            case entry_goal::undecided:
            case entry_goal::held:
                break;
        }
    }

    [[nodiscard]] service_account_plan plan() && {
        plan_.patch = plan_.listed != view_.present->listed || plan_.added != view_.present->added;
        return std::move(plan_);
    }

 private:
    void add(const std::string& name, bool ours) {
        plan_.listed.push_back(name);
        if (!ours) plan_.added.insert(std::ranges::upper_bound(plan_.added, name), name);
        plan_.gains.push_back(name);
    }

    void remove(const std::string& name) {
        std::erase(plan_.added, name);
        // The last one: added entries go to the end.
        const auto last = std::ranges::find(plan_.listed.rbegin(), plan_.listed.rend(), name);
        if (last == plan_.listed.rend()) return;
        plan_.listed.erase(std::next(last).base());
        plan_.losses.push_back(name);
    }

    void suspended(const pull_secret_entry& entry, std::string_view change) {
        if (!plan_.reason.empty()) return;
        plan_.reason = reasons::suspended;
        plan_.secret_name = entry.secret_name;
        plan_.message = fmt::format(
            "Secret {} not {} imagePullSecrets of ServiceAccount {}: "
            "RegistryCredential {} is suspended (spec.suspend: true)",
            entry.secret_name,
            change,
            runtime::to_string(view_.key),
            entry.suspended_by);
    }

    const service_account_view& view_;
    service_account_plan plan_;
};

/// A list that is not kept whole is not written.
service_account_plan for_too_large(const service_account_view& view) {
    service_account_plan plan;
    const bool matters = std::ranges::any_of(view.entries, [&](const pull_secret_entry& entry) {
        return entry.goal == entry_goal::listed ||
               (entry.goal == entry_goal::unlisted && has(view.present->added, entry.secret_name));
    });
    if (!matters) return plan;
    plan.reason = reasons::service_account_too_large;
    plan.message = fmt::format(
        "ServiceAccount {} not patched: its imagePullSecrets has more than {} entries, or one whose name no "
        "Secret can have; shorten the list",
        runtime::to_string(view.key),
        most_listed);
    return plan;
}

}  // namespace

service_account_plan decide(const service_account_view& view) {
    if (!view.namespace_usable || view.present == nullptr) return {};
    if (view.present->too_large) return for_too_large(view);
    planner planned(view);
    for (const auto& entry : view.entries)
        planned.apply(entry);
    return std::move(planned).plan();
}

service_account_view with_removals_held(service_account_view view) {
    for (auto& entry : view.entries) {
        const bool would_be_removed = entry.goal == entry_goal::unlisted && !entry.asked_for &&
                                      view.present != nullptr && has(view.present->added, entry.secret_name);
        if (would_be_removed) entry.goal = entry_goal::held;
    }
    return view;
}

std::uint64_t desired_fingerprint(const service_account_view& view) {
    std::uint64_t fingerprint = 0;
    for (const auto& [object, rules, spec] : account_selections_of(view.wanting))
        fingerprint = hash_combine(hash_combine(fingerprint, object), rules);
    for (const auto& entry : view.entries) {
        if (entry.goal == entry_goal::listed)
            fingerprint = hash_combine(fingerprint, std::hash<std::string>{}(entry.secret_name));
    }
    return fingerprint;
}

namespace {

bool is_asked_for(const service_account_view& view, const std::string& secret_name) {
    const auto entry = std::ranges::find(view.entries, secret_name, &pull_secret_entry::secret_name);
    return entry != view.entries.end() && entry->asked_for;
}

/// Those that may have wanted the entry, each with the Secret's name: what one of them loses by the removal
/// of one entry is not what it loses by that of another. If none is known, the name alone.
void add_losers(deletion_guard::losers& losers,
                const service_account_view& view,
                const std::string& secret_name) {
    bool known = false;
    for (const auto& object : view.losing) {
        if (object->secret_name != secret_name) continue;
        losers.insert(secret_name + '/' + object->meta.uid);
        known = true;
    }
    if (!known) losers.insert(secret_name);
}

/// Whether none that is known may have wanted one of the entries that go: the state may lack the one that
/// does.
bool has_unclaimed_loss(const service_account_view& view, const service_account_plan& plan) {
    return std::ranges::any_of(plan.losses, [&](const std::string& name) {
        return std::ranges::none_of(view.losing,
                                    [&](const auto& object) { return object->secret_name == name; });
    });
}

bool has_asked_loss(const service_account_view& view, const service_account_plan& plan) {
    return std::ranges::any_of(plan.losses, [&](const auto& name) { return is_asked_for(view, name); });
}

}  // namespace

removal_reads reads_before_removal(const service_account_view& view, const service_account_plan& plan) {
    // One that the state lacks has no name to be read by: a list must show that it does not exist.
    removal_reads reads{.all_credentials = has_unclaimed_loss(view, plan) || has_asked_loss(view, plan),
                        .credentials = {},
                        .namespace_name = view.key.namespace_name,
                        .copies = {}};
    add_names(reads.credentials, view.others);
    for (const auto& entry : view.entries) {
        if (entry.goal != entry_goal::unlisted) continue;
        if (!has(view.present->added, entry.secret_name)) continue;
        reads.copies.push_back({.namespace_name = view.key.namespace_name, .name = entry.secret_name});
    }
    return reads;
}

selection_list account_selections_of(const service_account_view& view, const selection_set& recorded) {
    return merge_selections(
        account_selections_of(view.wanting), account_selections_of(view.losing), recorded);
}

reconcile_facts facts_of(const service_account_view& view,
                         const service_account_plan& plan,
                         const result_record* known) {
    reconcile_facts facts;
    facts.writes = plan.patch;
    facts.removes = !plan.losses.empty();
    facts.destructive = facts.removes;
    for (const auto& name : plan.losses) {
        if (!is_asked_for(view, name)) add_losers(facts.losers, view, name);
    }
    facts.asked_for = facts.losers.empty();
    facts.desired = desired_fingerprint(view);
    if (known != nullptr) {
        compare_with_result(facts, *known);
    } else {
        // The annotation is on a ServiceAccount that no RegistryCredential is known to have wanted. This
        // counts as a repair, so that someone who keeps writing such annotations does not cause a write each
        // time.
        facts.drifted = view.wanting.empty();
    }
    return facts;
}

std::string_view verb_of(const service_account_plan& plan) noexcept {
    if (!plan.gains.empty()) return "add";
    return plan.losses.empty() ? "record" : "remove";
}

std::set<std::string> affected_credentials(const service_account_view& view, const std::string& secret_name) {
    std::set<std::string> names;
    for (const auto* objects : {&view.wanting, &view.losing}) {
        for (const auto& object : *objects) {
            if (secret_name.empty() || object->secret_name == secret_name) names.insert(object->meta.name);
        }
    }
    return names;
}

std::set<std::string> held_credentials(const service_account_view& view) {
    std::set<std::string> names;
    for (const auto& entry : view.entries) {
        if (entry.goal == entry_goal::held) names.merge(affected_credentials(view, entry.secret_name));
    }
    return names;
}

}  // namespace reconcile
