// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"

#include "reconcile/secrets/secret_metadata.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <utility>

namespace reconcile {

namespace {

secret_plan blocked(std::string_view reason, std::string message) {
    return {.action = secret_action::none, .adopts = false, .reason = reason, .message = std::move(message)};
}

secret_plan act(secret_action action, bool adopts = false) {
    return {.action = action, .adopts = adopts, .reason = {}, .message = {}};
}

/// A type never changes and an immutable Secret takes no new data: such a Secret can only be recreated.
bool can_be_updated(const observed_secret& present) {
    return present.docker_config && !present.immutable;
}

bool has_desired_metadata(const secret_view& view) {
    const auto& meta = view.present->meta;
    return same_metadata(meta, desired_metadata(view.key, view.contributors, &meta));
}

bool is_up_to_date(const secret_view& view) {
    const auto& present = *view.present;
    return can_be_updated(present) && present.only_document && present.document == view.desired.digest &&
           has_desired_metadata(view);
}

/// A source cannot be read and its last good content is not known, as after a restart: an update would drop
/// that content, so the copy stays. With one contributor that is no failure of the copy, since SourcesValid
/// reports it; with several, the others must report that their changes wait.
secret_plan for_incomplete(const secret_view& view) {
    if (view.contributors.size() == 1 && has_desired_metadata(view)) return {};
    return blocked(
        reasons::source_invalid,
        fmt::format("Secret {} not updated: not all RegistryCredentials that feed it have readable "
                    "sources; see the condition SourcesValid of each",
                    runtime::to_string(view.key)));
}

secret_plan without_contributor(const secret_view& view) {
    if (view.owner != ownership::ours || view.owner_terminating || view.replacement_pending) return {};
    return act(secret_action::remove);
}

/// Whether a foreign Secret is left alone: the conflictPolicy of the oldest contributor is Fail, or the
/// Secret is a source, which would be lost.
bool must_be_left_alone(const secret_view& view) {
    return view.is_source || view.contributors.front()->on_conflict == v1alpha1::conflict_policy::fail;
}

secret_plan for_foreign(const secret_view& view) {
    if (view.is_source) {
        return blocked(
            reasons::conflict,
            fmt::format("Secret {} is a source of credentials and is never overwritten; exclude the "
                        "namespace, or give the source another name",
                        runtime::to_string(view.key)));
    }
    if (must_be_left_alone(view)) {
        return blocked(
            reasons::conflict,
            fmt::format("Secret {} exists and was not made by regcred; delete or rename it, or set "
                        "spec.conflictPolicy: Adopt",
                        runtime::to_string(view.key)));
    }
    return act(can_be_updated(*view.present) ? secret_action::update : secret_action::recreate, true);
}

secret_plan for_wanted(const secret_view& view) {
    // A conflict is reported even while a source is broken: it has its own remedy.
    if (view.owner == ownership::foreign && must_be_left_alone(view)) return for_foreign(view);
    if (!view.desired.fault.empty()) return blocked(reasons::source_too_large, view.desired.fault);
    if (view.owner == ownership::ours && !view.desired.complete) return for_incomplete(view);
    if (view.desired.document == nullptr) {
        if (view.owner == ownership::ours) return {};  // the last good copy stays
        return blocked(reasons::source_invalid,
                       fmt::format("Secret {} not written: no usable source; see the condition SourcesValid",
                                   runtime::to_string(view.key)));
    }
    switch (view.owner) {
        case ownership::absent:
            return act(secret_action::create);
        case ownership::foreign:
            return for_foreign(view);
        case ownership::ours:
            break;
    }
    if (is_up_to_date(view)) return {};
    return act(can_be_updated(*view.present) ? secret_action::update : secret_action::recreate);
}

}  // namespace

secret_plan decide(const secret_view& view) {
    if (!view.namespace_usable) return {};
    auto plan = view.contributors.empty() ? without_contributor(view) : for_wanted(view);
    if (plan.action == secret_action::none || view.suspended_by.empty()) return plan;
    return blocked(reasons::suspended,
                   fmt::format("Secret {} not {}d: RegistryCredential {} is suspended (spec.suspend: true)",
                               runtime::to_string(view.key),
                               verb_of(plan.action),
                               view.suspended_by));
}

std::string_view verb_of(secret_action action) noexcept {
    constexpr std::array<std::string_view, 5> verbs{"leave", "create", "update", "recreate", "delete"};
    return verbs[static_cast<std::size_t>(action)];
}

reconcile_facts facts_of(const secret_view& view,
                         const secret_plan& plan,
                         const result_record* known,
                         bool specs_stand) {
    reconcile_facts facts;
    facts.writes = plan.action != secret_action::none;
    facts.removes = plan.action == secret_action::remove;
    facts.destructive = facts.removes || plan.action == secret_action::recreate || plan.adopts;
    facts.asked_for = has_lost_owner(view) || !specs_stand;
    facts.desired = desired_fingerprint(view);
    if (known != nullptr) compare_with_result(facts, *known);
    return facts;
}

}  // namespace reconcile
