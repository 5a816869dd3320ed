// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_reporter.hpp"

#include "reconcile/state/reasons.hpp"
#include "reconcile/state/selection.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace reconcile {

namespace {

/// The worst first: what an operator must fix comes before what heals by itself.
std::ptrdiff_t rank_of(std::string_view reason) {
    constexpr std::array order{reasons::secret_missing, reasons::namespace_not_selected, reasons::recovering};
    return std::ranges::find(order, reason) - order.begin();
}

}  // namespace

bool pull_reporter::in_use(std::string_view secret_name) const {
    return state_.manages(std::string(secret_name)) &&
           std::ranges::any_of(state_.all_by_uid(),
                               [&](const auto& entry) { return entry.second->secret_name == secret_name; });
}

bool pull_reporter::is_missing(const runtime::object_key& key) const {
    const auto namespace_object = state_.find_namespace(key.namespace_name);
    return namespace_object != nullptr && state_.find_copy(key) == nullptr &&
           !state_.contributors_of(key, namespace_object->meta).empty();
}

pull_subject pull_reporter::view(const v1alpha1::registry_credential& object,
                                 const kube::object_meta& namespace_meta) const {
    const runtime::object_key key{.namespace_name = namespace_meta.name, .name = object.secret_name};
    pull_subject subject{.namespace_name = namespace_meta.name,
                         .secret_name = object.secret_name,
                         .own = select(object.namespaces, namespace_meta, state_.scope().own_namespace),
                         .selected_by_another = false,
                         .present = state_.find_copy(key) != nullptr,
                         .write_failure = {}};
    if (subject.own != selection::selected)
        subject.selected_by_another = !state_.contributors_of(key, namespace_meta).empty();
    const auto* record = state_.results().find(key);
    if (record != nullptr && record->last_failure != nullptr)
        subject.write_failure = record->last_failure->reason;
    return subject;
}

pull_report pull_reporter::report(const v1alpha1::registry_credential& object,
                                  event_watch_state events) const {
    pull_report report;
    report.events = events;
    report.by_events_alone = failures_.trusts_events();
    if (!state_.manages(object.secret_name)) {
        report.events = event_watch_state::name_not_managed;
        return report;
    }
    if (!state_.synced(object.secret_name)) {
        report.events = event_watch_state::copies_not_read;
        return report;
    }
    std::map<std::string, cause, std::less<>> causes;  // by namespace
    failures_.for_each(object.secret_name, [&](const failing_pod& pod) {
        auto known = causes.find(pod.namespace_name);
        if (known == causes.end()) {
            const auto namespace_object = state_.find_namespace(pod.namespace_name);
            auto found = namespace_object == nullptr
                             ? cause{}
                             : cause_of_pull_failure(view(object, namespace_object->meta));
            known = causes.emplace(pod.namespace_name, std::move(found)).first;
        }
        if (known->second.reason.empty()) return;
        report.more |= pod.more_in_namespace;
        report.pods.push_back({.reason = known->second.reason,
                               .namespace_name = std::string(pod.namespace_name),
                               .name = std::string(pod.pod),
                               .last_seen = pod.last_seen});
    });
    std::ranges::sort(report.pods, {}, [](const auto& pod) {
        return std::tuple<std::ptrdiff_t, std::string_view, std::string_view>(
            rank_of(pod.reason), pod.namespace_name, pod.name);
    });
    if (!report.pods.empty())
        report.message = causes.find(report.pods.front().namespace_name)->second.message;
    return report;
}

}  // namespace reconcile
