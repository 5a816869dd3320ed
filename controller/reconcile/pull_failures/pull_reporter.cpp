// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_reporter.hpp"

#include "reconcile/reasons.hpp"
#include "reconcile/state/selection.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>
#include <utility>

namespace reconcile {

namespace {

/// The worst first; what needs somebody before what heals by itself.
std::ptrdiff_t rank_of(std::string_view reason) {
    constexpr std::array order{reasons::secret_missing, reasons::namespace_not_selected, reasons::recovering};
    return std::ranges::find(order, reason) - order.begin();
}

}  // namespace

bool pull_reporter::is_allowed(std::string_view secret_name) const {
    const auto& allowed = model_.where().secret_names;
    return std::ranges::find(allowed, secret_name) != allowed.end();
}

bool pull_reporter::in_use(std::string_view secret_name) const {
    if (!is_allowed(secret_name)) return false;
    bool used = false;
    model_.credentials().for_each([&](const auto& object) { used |= object->secret_name == secret_name; });
    return used;
}

bool pull_reporter::is_present(std::string_view namespace_name, const std::string& secret_name) const {
    return model_.copies(secret_name).find({.namespace_name = namespace_name, .name = secret_name}) !=
           nullptr;
}

bool pull_reporter::is_selected(const std::string& secret_name, const kube::object_meta& home) const {
    bool selected = false;
    model_.credentials().for_each([&](const auto& object) {
        selected |= object->secret_name == secret_name && !object->meta.deleting &&
                    select(object->namespaces, home, model_.where().own_namespace) == selection::selected;
    });
    return selected;
}

bool pull_reporter::is_missing(const cell& at) const {
    const auto home = model_.namespaces().find({.namespace_name = {}, .name = at.namespace_name});
    return home != nullptr && !is_present(at.namespace_name, at.secret_name) &&
           is_selected(at.secret_name, home->meta);
}

pull_cell pull_reporter::look(const v1alpha1::registry_credential& object,
                              const kube::object_meta& home) const {
    pull_cell at{.namespace_name = home.name,
                 .secret_name = object.secret_name,
                 .own = select(object.namespaces, home, model_.where().own_namespace),
                 .selected_by_another = false,
                 .present = is_present(home.name, object.secret_name),
                 .write_failure = {}};
    if (at.own != selection::selected) at.selected_by_another = is_selected(object.secret_name, home);
    const auto* record =
        model_.cells().find({.namespace_name = home.name, .secret_name = object.secret_name});
    if (record != nullptr && record->failure != nullptr) at.write_failure = record->failure->reason;
    return at;
}

pull_report pull_reporter::report(const v1alpha1::registry_credential& object, hearing events) const {
    pull_report report;
    report.events = events;
    report.by_events_alone = failures_.believes_events();
    if (!is_allowed(object.secret_name)) {
        report.events = hearing::other_name;
        return report;
    }
    std::map<std::string, pull_verdict, std::less<>> verdicts;  // by namespace
    failures_.for_each(object.secret_name, [&](const failing_pod& pod) {
        auto known = verdicts.find(pod.namespace_name);
        if (known == verdicts.end()) {
            const auto home = model_.namespaces().find({.namespace_name = {}, .name = pod.namespace_name});
            auto verdict = home == nullptr ? pull_verdict{} : judge_pull(look(object, home->meta));
            known = verdicts.emplace(pod.namespace_name, std::move(verdict)).first;
        }
        if (known->second.reason.empty()) return;
        report.more |= pod.crowded;
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
        report.message = verdicts.find(report.pods.front().namespace_name)->second.message;
    return report;
}

}  // namespace reconcile
