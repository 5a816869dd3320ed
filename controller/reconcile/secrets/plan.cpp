// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/plan.hpp"

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
    return present.docker_config && !present.immutable;
}

bool has_right_metadata(const cell_view& view) {
    const auto& meta = view.present->meta;
    return same_metadata(meta, desired_metadata(view.where, view.contributors, &meta));
}

bool is_right(const cell_view& view) {
    const auto& present = *view.present;
    return can_be_updated(present) && present.only_document && present.document == view.desired.digest &&
           has_right_metadata(view);
}

/// An update would drop what sources gave that cannot be read and whose last good content is not known, as
/// after a start: the copy stays. Of one object alone that is no failure of the copy, and the object tells of
/// its sources; what others have to deliver or to take back waits for it, which they must tell.
plan for_incomplete(const cell_view& view) {
    if (view.contributors.size() == 1 && has_right_metadata(view)) return {};
    return hold(reasons::source_invalid,
                fmt::format("Secret {}/{} stays as it is until the sources of every RegistryCredential that "
                            "feeds it can be read",
                            view.where.namespace_name,
                            view.where.secret_name));
}

plan without_contributor(const cell_view& view) {
    if (view.owner != ownership::ours || view.owner_going || view.replacement_pending) return {};
    if (view.suspended) {
        return hold(
            reasons::suspended,
            fmt::format("Secret {}/{} is to be removed, but a RegistryCredential that had it made has "
                        "spec.suspend: true",
                        view.where.namespace_name,
                        view.where.secret_name));
    }
    return go(action::remove);
}

/// Whether a foreign Secret is left alone: the oldest contributor says so, or it is a source itself, which
/// would be lost.
bool is_untouchable(const cell_view& view) {
    return view.is_source || view.contributors.front()->on_conflict == v1alpha1::conflict_policy::fail;
}

plan for_foreign(const cell_view& view) {
    if (view.is_source) {
        return hold(reasons::conflict,
                    fmt::format("Secret {}/{} is a source of credentials and never overwritten; exclude the "
                                "namespace, or give the source another name",
                                view.where.namespace_name,
                                view.where.secret_name));
    }
    if (is_untouchable(view)) {
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
    // Said even while a source is broken: it needs its own remedy.
    if (view.owner == ownership::foreign && is_untouchable(view)) return for_foreign(view);
    if (!view.desired.fault.empty()) return hold(reasons::source_too_large, view.desired.fault);
    if (view.owner == ownership::ours && !view.desired.complete) return for_incomplete(view);
    if (view.desired.document == nullptr) {
        if (view.owner == ownership::ours) return {};  // the last good copy stays
        return hold(reasons::source_invalid,
                    "the sources give nothing that can be delivered; see the condition SourcesValid");
    }
    switch (view.owner) {
        case ownership::absent:
            return go(action::create);
        case ownership::foreign:
            return for_foreign(view);
        case ownership::ours:
            break;
    }
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
