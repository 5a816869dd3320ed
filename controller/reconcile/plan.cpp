// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/plan.hpp"

#include "reconcile/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace reconcile {

namespace {

plan hold(std::string_view reason, std::string message) {
    return {.what = action::none, .adopts = false, .reason = reason, .message = std::move(message)};
}

plan go(action what, bool adopts = false) {
    return {.what = what, .adopts = adopts, .reason = {}, .message = {}};
}

/// A type never changes and an immutable Secret takes no new data: such a Secret can only be made anew.
bool can_be_updated(const observed_secret& present) {
    return present.type == kube::docker_config_json_type && !present.immutable;
}

bool is_right(const cell_view& view) {
    const auto& present = *view.present;
    return can_be_updated(present) && present.only_document && present.document == view.desired.digest &&
           same_metadata(present.meta, desired_metadata(view.where, view.contributors, &present.meta));
}

plan without_contributor(const cell_view& view) {
    if (view.owner != ownership::ours || view.suspended || view.owner_going || view.replacement_pending)
        return {};
    return go(action::remove);
}

plan for_foreign(const cell_view& view) {
    if (view.contributors.front()->on_conflict == kube::conflict_policy::fail) {
        return hold(
            reasons::conflict,
            fmt::format("Secret {}/{} exists and was not made by regcred; delete or rename it, or set "
                        "spec.conflictPolicy: Adopt",
                        view.where.namespace_name,
                        view.where.secret_name));
    }
    return go(can_be_updated(*view.present) ? action::update : action::recreate, true);
}

plan for_wanted(const cell_view& view) {
    if (view.owner == ownership::foreign &&
        view.contributors.front()->on_conflict == kube::conflict_policy::fail) {
        return for_foreign(view);  // said even while a source is broken: it needs its own remedy
    }
    if (!view.desired.fault.empty()) return hold(reasons::source_too_large, view.desired.fault);
    if (view.desired.document == nullptr) {
        if (view.owner == ownership::ours) return {};  // the last good copy stays
        return hold(reasons::source_invalid, "no source could be read, so there is nothing to deliver");
    }
    switch (view.owner) {
        case ownership::absent:
            return go(action::create);
        case ownership::foreign:
            return for_foreign(view);
        case ownership::ours:
            break;
    }
    // An update would drop what the unreadable sources gave: a source that goes missing changes nothing.
    if (!view.desired.complete) return {};
    if (is_right(view)) return {};
    return go(can_be_updated(*view.present) ? action::update : action::recreate);
}

}  // namespace

ownership judge(const observed_secret* present, const std::function<bool(const std::string& uid)>& is_live) {
    if (present == nullptr) return ownership::absent;
    const auto owners = owners_of(present->meta);
    if (!owners.references.empty() || std::ranges::any_of(owners.annotated, is_live)) return ownership::ours;
    return ownership::foreign;
}

plan decide(const cell_view& view) {
    if (!view.namespace_usable) return {};
    if (view.contributors.empty()) return without_contributor(view);
    auto decided = for_wanted(view);
    if (view.suspended && decided.what != action::none) {
        return hold(
            reasons::suspended,
            "the Secret is to be changed, but a RegistryCredential that feeds it has spec.suspend: true");
    }
    return decided;
}

}  // namespace reconcile
