// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"

#include "reconcile/secrets/secret_metadata.hpp"
#include "reconcile/state/reasons.hpp"
#include "util/utf8.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <string>
#include <utility>

namespace reconcile {

namespace {

secret_plan blocked(std::string_view reason, std::string message) {
    secret_plan plan;
    plan.reason = reason;
    plan.message = std::move(message);
    return plan;
}

secret_plan act(secret_action action, bool adopts = false) {
    secret_plan plan;
    plan.action = action;
    plan.adopts = adopts;
    return plan;
}

secret_plan read_first() {
    secret_plan plan;
    plan.needs_content = true;
    return plan;
}

/// A type never changes and an immutable Secret takes no new data: such a Secret can only be recreated.
bool can_be_updated(const observed_secret& present) {
    return present.docker_config && !present.immutable;
}

bool has_metadata(const secret_view& view, std::string_view origins) {
    const auto& meta = view.present->meta;
    return view.present->mark == written_as::this_one &&
           same_metadata(meta, desired_metadata(view.key, view.contributors, &meta, view.kept, origins));
}

bool is_up_to_date(const secret_view& view) {
    const auto& present = *view.present;
    return can_be_updated(present) && present.only_document && present.document == view.desired.digest &&
           has_metadata(view, view.desired.origins);
}

/// Whether the copy is right whatever its content is, since no owner adds or removes an entry. So a restart
/// with a source that cannot be read reads no copy.
bool stays_untouched(const secret_view& view) {
    if (view.desired.document != nullptr || loses_entries(view)) return false;
    if (view.contributors.empty() && !view.retains) return true;
    return view.all_recorded_stay && can_be_updated(*view.present) && view.present->only_document &&
           has_metadata(view, record_of(view.present->meta));
}

secret_plan conflict(const secret_view& view, std::string_view message) {
    return blocked(reasons::conflict, fmt::format("Secret {} {}", runtime::to_string(view.key), message));
}

/// Whether a foreign Secret is left alone: the conflictPolicy of the oldest RegistryCredential that wants it
/// is Fail, also of a suspended one; and a suspended one with Adopt does not speak for the others.
bool must_be_left_alone(const secret_view& view) {
    const auto wanting = in_order(view.contributors, view.suspended);
    return wanting.front()->on_conflict == v1alpha1::conflict_policy::fail ||
           view.contributors.front()->on_conflict == v1alpha1::conflict_policy::fail;
}

/// Whether an object of another kind owns the Secret too. As the garbage collector would, regcred keeps it
/// then. Whether that object lives, only the garbage collector knows.
bool has_other_owner(const observed_secret& present) {
    return !std::ranges::all_of(present.meta.owner_references, is_registry_credential);
}

secret_plan for_owned_by_others(const secret_view& view) {
    return conflict(view,
                    "is immutable or has another type, so its content cannot be changed, and regcred does "
                    "not delete it because an object of another kind owns it too "
                    "(metadata.ownerReferences); delete it");
}

/// No entry of regcred's may stay in the Secret.
secret_plan take_out_all(const secret_view& view) {
    const auto& present = *view.present;
    if (!has_other_owner(present)) return act(secret_action::remove);
    if (!can_be_updated(present)) return for_owned_by_others(view);
    const bool is_done = present.only_document && present.document == util::digest_of(no_entries) &&
                         has_metadata(view, view.desired.origins);
    return is_done ? secret_plan{} : act(secret_action::update);
}

/// No RegistryCredential wants the Secret here. An ownerReference alone does not prove that it is ours:
/// kubectl get -o yaml | kubectl apply copies it into other namespaces, and a backup program that restores it
/// there copies managedFields too. What the controller did not write here stays, and is reported by the
/// owners; if they are gone, the garbage collector deletes it.
secret_plan for_unwanted(const secret_view& view) {
    if (view.owner == ownership::ours && author_of(*view.present) == author::regcred)
        return take_out_all(view);
    if (view.present == nullptr || view.dropped.empty()) return {};
    return conflict(view,
                    "names a RegistryCredential as its owner, but nothing shows that regcred wrote it here, "
                    "in a namespace that is not selected; delete it, or remove the ownerReference and the "
                    "regcred.dev annotations");
}

/// It exists until its finalizers are removed, and then it is created again.
secret_plan for_terminating(const secret_view& view) {
    constexpr std::size_t longest = 80;
    const auto& finalizers = view.present->meta.finalizers;
    return blocked(
        reasons::secret_terminating,
        fmt::format("Secret {} is being deleted and waits for a finalizer{}; wait for the program that "
                    "added it, or remove it",
                    runtime::to_string(view.key),
                    finalizers.empty() ? "" : " (" + util::one_line(finalizers.front(), longest) + ")"));
}

secret_plan for_source(const secret_view& view) {
    if (view.contributors.empty()) return {};
    return conflict(view,
                    "is a source of credentials and is never overwritten; exclude the namespace, or give the "
                    "source another name");
}

std::string_view why_foreign(const observed_secret& present) {
    if (author_of(present) == author::others && !owners_of(present.meta).none()) {
        return "names a RegistryCredential as its owner, but a person or another program made it, such as "
               "'kubectl apply' or a restore from a backup; delete it, or set spec.conflictPolicy: Adopt to "
               "take it over";
    }
    if (present.labelled) {
        return "has regcred's label, but no RegistryCredential owns it: it was retained, orphaned or "
               "restored from a backup, or made by hand; delete it, or set spec.conflictPolicy: Adopt to "
               "take it over";
    }
    return "exists and was not made by regcred; delete or rename it, or set spec.conflictPolicy: Adopt";
}

/// An update that changes nothing would not make the controller one of the managers of an exact copy, which
/// would stay foreign.
secret_plan for_foreign(const secret_view& view) {
    if (must_be_left_alone(view)) return conflict(view, why_foreign(*view.present));
    const bool can_update = can_be_updated(*view.present) && !is_up_to_date(view);
    return act(can_update ? secret_action::update : secret_action::recreate, true);
}

/// Whether the copy may not be deleted even if it is created again at once: entries in it that must stay
/// cannot be read, or the deletion guard holds them back.
bool is_irreplaceable(const secret_view& view) {
    return view.content_read && (!view.content_readable || !view.held.empty());
}

secret_plan for_irreplaceable(const secret_view& view) {
    std::set<std::string> names;
    add_names(names, view.held.empty() ? view.kept : view.held);
    if (view.held.empty()) {
        for (const auto& lacking : view.lacking)
            names.insert(lacking.credential->meta.name);
    }
    const std::string_view why = view.held.empty() ? "may have in it cannot be read and would be lost; "
                                                     "resume that one or correct its sources, or delete "
                                                     "the Secret and lose these entries"
                                                   : "has in it are held by the deletion guard; see its "
                                                     "condition Synced, or delete the Secret and lose "
                                                     "these entries";
    return conflict(
        view,
        fmt::format("is immutable or has another type, so it must be deleted and created again, but the "
                    "entries that RegistryCredential {} {}",
                    fmt::join(names, ", "),
                    why));
}

secret_plan for_wanted(const secret_view& view) {
    // A conflict is reported even while a source is broken: it has its own remedy.
    if (view.owner == ownership::foreign && must_be_left_alone(view)) return for_foreign(view);
    if (view.desired.document == nullptr) {
        if (!view.desired.fault.empty()) return blocked(reasons::source_too_large, view.desired.fault);
        if (view.owner == ownership::ours) {
            // The last good copy stays, unless none of its entries may: they are of owners that no longer
            // want it, or of sources that are no longer in the spec.
            const bool none_stays = view.content_read ? view.content_readable : loses_entries(view);
            const bool may_go = loses_entries(view) || !view.contributors.empty();
            return none_stays && may_go ? take_out_all(view) : secret_plan{};
        }
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
    if (can_be_updated(*view.present)) return act(secret_action::update);
    if (has_other_owner(*view.present)) return for_owned_by_others(view);
    return is_irreplaceable(view) ? for_irreplaceable(view) : act(secret_action::recreate);
}

}  // namespace

secret_plan decide(const secret_view& view) {
    if (!view.namespace_usable) return {};
    if (view.is_source) return for_source(view);
    if (view.present != nullptr && view.present->meta.deleting)
        return view.contributors.empty() ? secret_plan{} : for_terminating(view);
    if (view.contributors.empty() && view.kept.empty()) return for_unwanted(view);
    if (keeps_entries(view) && !view.content_read)
        return stays_untouched(view) ? secret_plan{} : read_first();
    const bool restores = view.recreating && view.desired.document != nullptr;
    if (view.contributors.empty() && view.owner != ownership::ours && !restores) return {};
    return for_wanted(view);
}

std::string_view verb_of(secret_action action) noexcept {
    constexpr std::array<std::string_view, 5> verbs{"leave", "create", "update", "recreate", "delete"};
    return verbs[static_cast<std::size_t>(action)];
}

removal_reads reads_before_removal(const secret_view& view) {
    return {.all_credentials = view.unnamed_owner_lost,
            .credentials = all_credentials(view),
            .namespace_name = view.key.namespace_name,
            .copies = {}};
}

reconcile_facts facts_of(const secret_view& view, const secret_plan& plan, const result_record* known) {
    reconcile_facts facts;
    facts.needs_content = plan.needs_content;
    facts.writes = plan.action != secret_action::none;
    facts.removes = facts.writes && loses_entries(view);
    facts.destructive = facts.removes || plan.action == secret_action::remove ||
                        plan.action == secret_action::recreate || plan.adopts;
    facts.asked_for = facts.removes && view.unasked_losers.empty();
    facts.losers = view.unasked_losers;
    facts.desired = desired_fingerprint(view);
    if (known != nullptr) compare_with_result(facts, *known);
    return facts;
}

}  // namespace reconcile
