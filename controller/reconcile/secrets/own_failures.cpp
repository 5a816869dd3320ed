// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/own_failures.hpp"

#include "dockerconfig/merge.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace reconcile {

namespace {

using own_failure = result_recorder::own_failure;

/// What a suspended RegistryCredential reports. `resumed`: the plan as if it was not suspended.
void add_suspended(std::vector<own_failure>& failures,
                   const secret_view& view,
                   const std::string& name,
                   const secret_plan& resumed) {
    if (!resumed.reason.empty()) {
        failures.push_back(
            {.problem = {.reason = resumed.reason, .message = resumed.message}, .credential = name});
    }
    if (resumed.action == secret_action::none) return;
    failures.push_back(
        {.problem = {.reason = reasons::suspended,
                     .message = fmt::format(
                         "Secret {} not {}d: RegistryCredential {} is suspended (spec.suspend: true)",
                         runtime::to_string(view.key),
                         verb_of(resumed.action),
                         name)},
         .credential = name});
}

own_failure does_not_fit(const secret_view& view, const std::string& name) {
    return {
        .problem = {.reason = reasons::source_too_large,
                    .message = fmt::format("Secret {} does not get what RegistryCredential {} delivers now, "
                                           "which does not fit beside the entries of the others: {}, or "
                                           "set another spec.secretName",
                                           runtime::to_string(view.key),
                                           name,
                                           view.desired.fault)},
        .credential = name};
}

own_failure lacks(const cluster_state& state, const secret_view& view, const lacking_source& lacking) {
    const auto& [object, source] = lacking;
    const auto registry =
        source.registry.empty() ? std::string{} : fmt::format(" (registry {})", source.registry);
    return {.problem = {.reason = state.resolved(object->meta.uid).fault.reason,
                        .message = fmt::format("Secret {} lacks the entries of source {}{}; see the "
                                               "condition SourcesValid",
                                               runtime::to_string(view.key),
                                               source.secret_name,
                                               registry)},
            .credential = object->meta.name};
}

own_failure keeps_older_entry(const secret_view& view,
                              const lost_registry& lost,
                              const std::string& loser,
                              const std::string& winner) {
    return {
        .problem = {.reason = reasons::registry_conflict,
                    .message = fmt::format(
                        "Secret {} does not get this RegistryCredential's entry for registry {}: it keeps "
                        "that of the older RegistryCredential {}; remove the registry from one of the two, "
                        "or give them different namespaces",
                        runtime::to_string(view.key),
                        lost.key.written(),
                        winner)},
        .credential = loser};
}

/// By the UID of each contributor: what it delivers now.
std::map<std::string, dockerconfig::registry_set> delivered_now(const cluster_state& state,
                                                                const secret_view& view) {
    std::map<std::string, dockerconfig::registry_set> delivered;
    for (const auto& object : view.contributors)
        delivered[object->meta.uid].add(state.contribution_of(object->meta.uid).entries);
    return delivered;
}

/// Registries of which the copy keeps the entry of an older RegistryCredential, although what that one
/// delivers now is not known: the first one of each that loses. Where it is known, the condition SourcesValid
/// reports it.
void add_lost(std::vector<own_failure>& failures, const cluster_state& state, const secret_view& view) {
    if (view.desired.lost.empty()) return;
    const auto delivered = delivered_now(state, view);
    std::set<std::string> reported;
    for (const auto& lost : view.desired.lost) {
        if (reported.contains(lost.loser)) continue;
        const auto loser = state.find_by_uid(lost.loser);
        const auto winner = state.find_by_uid(lost.winner);
        if (loser == nullptr || winner == nullptr) continue;
        const auto known = delivered.find(lost.winner);
        if (known != delivered.end() && known->second.contains(lost.key)) continue;
        failures.push_back(keeps_older_entry(view, lost, loser->meta.name, winner->meta.name));
        reported.insert(lost.loser);
    }
}

}  // namespace

std::vector<result_recorder::own_failure> own_failures(const cluster_state& state,
                                                       const secret_view& view,
                                                       const std::vector<secret_plan>& resumed) {
    std::vector<own_failure> failures;
    for (std::size_t i = 0; i < view.suspended.size(); ++i)
        add_suspended(failures, view, view.suspended[i]->meta.name, resumed[i]);
    for (const auto& object : in_order(view.contributors, view.kept)) {
        if (view.desired.left_out.contains(object->meta.uid))
            failures.push_back(does_not_fit(view, object->meta.name));
    }
    add_lost(failures, state, view);
    for (const auto& lacking : view.lacking)
        failures.push_back(lacks(state, view, lacking));
    return failures;
}

}  // namespace reconcile
