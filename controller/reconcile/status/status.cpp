// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status.hpp"

#include "kube/api/condition.hpp"
#include "reconcile/safety/deletion_approvals.hpp"
#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace reconcile {

namespace {

constexpr std::size_t most_failures = 20;
constexpr std::size_t most_registries = 32;
constexpr std::size_t most_source_notes = 8;

condition_value sources_condition(const credential_report& report) {
    if (!report.source_fault.reason.empty())
        return {false, report.source_fault.reason, report.source_fault.message};
    auto message = fmt::format("{} source{}, {} registr{}",
                               report.source_count,
                               report.source_count == 1 ? "" : "s",
                               report.registries.size(),
                               report.registries.size() == 1 ? "y" : "ies");
    const auto shown = std::min(report.source_notes.size(), most_source_notes);
    for (std::size_t i = 0; i < shown; ++i)
        message += "; " + report.source_notes[i];
    if (shown < report.source_notes.size())
        message += fmt::format("; and {} more remarks", report.source_notes.size() - shown);
    return {true, reasons::valid, std::move(message)};
}

/// The failure that the condition shows: the first one with the most common reason.
const v1alpha1::namespace_failure& representative(const std::vector<v1alpha1::namespace_failure>& failures) {
    std::map<std::string_view, std::size_t> counts;
    for (const auto& failure : failures)
        ++counts[failure.reason];
    const auto commonest =
        std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    return *std::ranges::find(failures, commonest->first, &v1alpha1::namespace_failure::reason);
}

/// The CRD refuses such an object: an older CRD let it through.
std::optional<condition_value> spec_condition(const v1alpha1::registry_credential& object) {
    if (object.spec_fault.empty()) return std::nullopt;
    return condition_value{
        false,
        reasons::spec_invalid,
        fmt::format("{}; its entries in existing Secrets stay as they are until the spec is corrected",
                    object.spec_fault)};
}

condition_value synced_condition(const v1alpha1::registry_credential& object,
                                 const credential_report& report) {
    if (!report.name_allowed) {
        return {
            false,
            reasons::secret_name_not_allowed,
            fmt::format(
                "Secret name {} is not allowed; this installation manages Secrets of these names only: {}; "
                "set spec.secretName to one of them, or allow {} in --secret-names, the ClusterRole and the "
                "admission policy",
                object.secret_name,
                report.allowed_names,
                object.secret_name)};
    }
    if (!report.watch_fault.reason.empty())
        return {false, report.watch_fault.reason, report.watch_fault.message};
    if (!report.failures.empty()) {
        const auto& shown = representative(report.failures);
        const auto others = report.failures.size() - 1;
        return {false,
                shown.reason,
                fmt::format("{} of {} namespaces: {}: {}{}",
                            report.failures.size(),
                            report.selected + report.stuck,
                            shown.namespace_name,
                            shown.message,
                            others == 0 ? "" : fmt::format(" (and {} more, see status.failures)", others))};
    }
    if (report.synced < report.selected) {
        return {false,
                reasons::progressing,
                fmt::format("{} of {} namespaces hold the Secret", report.synced, report.selected)};
    }
    if (report.selected == 0) return {true, reasons::no_namespace_selected, "no namespace is selected"};
    return {
        true, reasons::synced, fmt::format("every selected namespace holds Secret {}", object.secret_name)};
}

/// Whatever reason the condition shows: a held removal may be one of the other failures.
void add_approval(condition_value& value,
                  const std::vector<v1alpha1::namespace_failure>& failures,
                  const std::string& name,
                  const needed_approval& needed) {
    const bool held =
        std::ranges::find(failures, reasons::deletion_guard, &v1alpha1::namespace_failure::reason) !=
        failures.end();
    if (held) value.message += how_to_approve(name, needed);
}

/// Only while there is something to report.
std::optional<condition_value> policy_condition(const credential_report& report) {
    if (report.policy_fault.reason.empty()) return std::nullopt;
    return condition_value{false, report.policy_fault.reason, report.policy_fault.message};
}

condition_value ready_condition(const v1alpha1::registry_credential& object,
                                const condition_value& sources,
                                const condition_value& synced,
                                const std::optional<condition_value>& patched,
                                const credential_report& report) {
    if (report.secrets_blocked) return {false, report.policy_fault.reason, report.policy_fault.message};
    if (!sources.is_true) return sources;
    if (!synced.is_true) return synced;
    if (patched && !patched->is_true) return *patched;
    return {true, synced.reason, object.suspend ? synced.message + "; suspended" : synced.message};
}

/// The controller does not go on by itself, or only once a person has changed something else.
bool needs_operator(std::string_view reason) {
    constexpr std::array reasons_to_act{reasons::spec_invalid,
                                        reasons::source_not_found,
                                        reasons::source_invalid,
                                        reasons::source_too_large,
                                        reasons::duplicate_registry,
                                        reasons::registry_conflict,
                                        reasons::conflict,
                                        reasons::secret_terminating,
                                        reasons::denied,
                                        reasons::forbidden,
                                        reasons::secret_name_not_allowed,
                                        reasons::service_account_name_not_allowed,
                                        reasons::service_account_too_large,
                                        reasons::policy_not_enforced};
    return std::ranges::find(reasons_to_act, reason) != reasons_to_act.end();
}

/// What a person must act on, also if Ready shows a more common failure.
std::optional<condition_value> stalled_condition(const std::vector<condition_value>& conditions,
                                                 const std::vector<v1alpha1::namespace_failure>& failures,
                                                 bool needs_approval) {
    const auto stalls = [needs_approval](std::string_view reason) {
        return needs_operator(reason) || (needs_approval && reason == reasons::deletion_guard);
    };
    for (const auto& each : conditions) {
        if (!each.is_true && stalls(each.reason)) return each;
    }
    for (const auto& each : failures) {
        if (stalls(each.reason))
            return condition_value{true, each.reason, each.namespace_name + ": " + each.message};
    }
    return std::nullopt;
}

/// What the controller does or retries.
std::optional<condition_value> reconciling_condition(const std::vector<condition_value>& conditions) {
    for (const auto& each : conditions) {
        if (!each.is_true && each.reason != reasons::suspended) return each;
    }
    return std::nullopt;
}

std::string summary_of(const std::vector<std::string>& registries) {
    constexpr std::size_t shown = 2;
    const auto first = std::min(shown, registries.size());
    auto text = fmt::format(
        "{}", fmt::join(registries.begin(), registries.begin() + static_cast<std::ptrdiff_t>(first), ","));
    if (registries.size() > shown) text += fmt::format(" +{}", registries.size() - shown);
    return text;
}

class condition_writer {
 public:
    condition_writer(std::vector<kube::condition>& conditions,
                     std::int64_t generation,
                     const std::string& now)
        : conditions_(conditions), generation_(generation), now_(now) {}

    void put(std::string_view type, const condition_value& value) const {
        kube::set_condition(conditions_,
                            {.type = std::string(type),
                             .status = value.is_true ? "True" : "False",
                             .reason = std::string(value.reason),
                             .message = value.message,
                             .observed_generation = generation_,
                             .last_transition_time = {}},
                            now_);
    }
    void put_or_remove(std::string_view type, const std::optional<condition_value>& value) const {
        if (value) {
            put(type, *value);
        } else {
            kube::remove_condition(conditions_, type);
        }
    }
    /// Abnormal-true (kstatus): present only while true.
    void put_abnormal(std::string_view type, std::optional<condition_value> value) const {
        if (value) value->is_true = true;
        put_or_remove(type, value);
    }

 private:
    std::vector<kube::condition>& conditions_;
    std::int64_t generation_;
    const std::string& now_;
};

}  // namespace

v1alpha1::registry_credential_status compute_status(const v1alpha1::registry_credential& object,
                                                    const credential_report& report,
                                                    const std::string& now) {
    v1alpha1::registry_credential_status status;
    status.observed_generation = object.meta.generation;
    status.registries = report.registries;
    if (status.registries.size() > most_registries) status.registries.resize(most_registries);
    status.registry_summary = summary_of(report.registries);
    status.namespaces = {.selected = report.selected,
                         .synced = report.synced,
                         .failed = static_cast<std::int64_t>(report.failures.size())};
    status.summary = fmt::format("{}/{}", report.synced, report.selected);
    auto failures = report.failures;
    const auto& of_accounts = report.accounts.failures;
    failures.insert(failures.end(), of_accounts.begin(), of_accounts.end());
    if (report.accounts.asked) {
        status.service_accounts = {.selected = report.accounts.selected,
                                   .patched = report.name_allowed ? report.accounts.patched : 0,
                                   .failed = static_cast<std::int64_t>(of_accounts.size())};
    }
    const auto shown = std::min(failures.size(), most_failures);
    status.failures.assign(failures.begin(), failures.begin() + static_cast<std::ptrdiff_t>(shown));

    status.conditions = object.status.conditions;
    const auto unusable = spec_condition(object);
    const auto sources = unusable ? *unusable : sources_condition(report);
    auto synced = unusable ? *unusable : synced_condition(object, report);
    add_approval(synced, report.failures, object.meta.name, report.approval);
    auto patched = service_accounts_condition(object, report.accounts, report.name_allowed);
    if (patched) add_approval(*patched, report.accounts.failures, object.meta.name, report.approval);
    const auto ready = ready_condition(object, sources, synced, patched, report);
    const condition_writer write(status.conditions, object.meta.generation, now);
    write.put("SourcesValid", sources);
    write.put("Synced", synced);
    write.put_or_remove("ServiceAccountsPatched", patched);
    write.put_or_remove("AdmissionPolicyEnforced", policy_condition(report));
    write.put("Ready", ready);
    put_pull_failures(status, object, report.pulls, now);
    std::vector<condition_value> all{sources, synced};
    if (patched) all.push_back(*patched);
    if (report.secrets_blocked) {
        if (const auto policy = policy_condition(report)) all.push_back(*policy);
    }
    const auto stalled = stalled_condition(all, failures, !report.approval.none());
    write.put_abnormal("Stalled", stalled);
    write.put_abnormal("Reconciling", stalled ? std::nullopt : reconciling_condition(all));
    return status;
}

}  // namespace reconcile
