// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_report.hpp"

#include "kube/api/condition.hpp"
#include "reconcile/reasons.hpp"
#include "util/timestamp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace reconcile {

namespace {

constexpr std::string_view condition_type = "FailedToRetrieveImagePullSecret";
constexpr std::size_t most_pods = 20;
constexpr std::chrono::minutes stale{1};

/// Which field of the object would select the namespace.
std::string how_to_select(selection why, std::string_view name) {
    switch (why) {
        case selection::terminating:
            return fmt::format("namespace {} is being deleted, so nothing can be created there", name);
        case selection::opted_out:
            return fmt::format(
                "namespace {} is annotated {}: \"true\", which beats every rule, until its owner takes that "
                "away",
                name,
                opt_out_annotation);
        case selection::excluded:
            return fmt::format("spec.namespaces.exclude keeps namespace {} out", name);
        case selection::system_namespace:
            return fmt::format(
                "namespace {0} is the system's own: only the literal name {0} in spec.namespaces.include "
                "selects it",
                name);
        case selection::not_included:
            return fmt::format("namespace {} is not selected: spec.namespaces.include does not name it",
                               name);
        case selection::labels_differ:
            return fmt::format(
                "namespace {} is not selected: it has not the labels that spec.namespaces.selector asks for",
                name);
        case selection::selected:
            break;
    }
    return {};
}

std::string about_missing(const pull_cell& at) {
    if (at.write_failure.empty())
        return fmt::format("Secret {}/{} is missing and is being written", at.namespace_name, at.secret_name);
    return fmt::format("Secret {}/{} is missing and cannot be written: {}, see status.failures",
                       at.namespace_name,
                       at.secret_name,
                       at.write_failure);
}

std::string about_recovering(const pull_cell& at) {
    return fmt::format(
        "Secret {}/{} is there now, and the kubelet tries again within 5 minutes; deleting the Pod is "
        "quicker "
        "where something creates it anew",
        at.namespace_name,
        at.secret_name);
}

kube::condition condition(std::string_view status, std::string_view reason, std::string message) {
    return {.type = std::string(condition_type),
            .status = std::string(status),
            .reason = std::string(reason),
            .message = std::move(message),
            .observed_generation = 0,
            .last_transition_time = {}};
}

std::string about(const pull_report& report, const std::string& secret_name) {
    const auto& first = report.pods.front();
    const auto others = report.pods.size() - 1;
    auto text = fmt::format("{}{} Pod{} could not read Secret {}: {}/{}: {}",
                            report.pods.size(),
                            report.more ? " or more" : "",
                            others == 0 && !report.more ? "" : "s",
                            secret_name,
                            first.namespace_name,
                            first.name,
                            report.message);
    if (others > 0) text += fmt::format(" (and {} more, see status.affectedPods)", others);
    if (report.by_events_alone) text += "; this is what Events say, since the controller may not get Pods";
    return text;
}

kube::condition condition_for(const pull_report& report, const std::string& secret_name) {
    switch (report.events) {
        case hearing::not_yet:
            return condition("Unknown", reasons::progressing, "Events are not watched yet");
        case hearing::forbidden:
            return condition("Unknown",
                             reasons::forbidden,
                             "the controller may not list and watch Events, so it does not hear of Pods that "
                             "cannot read their pull Secret; apply deploy/rbac.yaml");
        case hearing::other_name:
            return condition("Unknown",
                             reasons::secret_name_not_allowed,
                             fmt::format("this install does not look after Secrets named {}", secret_name));
        case hearing::listening:
            break;
    }
    if (report.pods.empty())
        return condition(
            "False", reasons::no_failures, fmt::format("no Pod waits for want of Secret {}", secret_name));
    return condition("True", report.pods.front().reason, about(report, secret_name));
}

std::vector<v1alpha1::affected_pod> affected(const pull_report& report, const std::string& secret_name) {
    std::vector<v1alpha1::affected_pod> shown;
    for (const auto& pod : report.pods) {
        if (shown.size() == most_pods) break;
        shown.push_back({.namespace_name = pod.namespace_name,
                         .pod = pod.name,
                         .secret = secret_name,
                         .reason = std::string(pod.reason),
                         .last_seen = util::write_time(pod.last_seen)});
    }
    return shown;
}

/// Whether the lists differ in when Pods were last seen at most, and in that by less than a minute.
bool nearly_same(const std::vector<v1alpha1::affected_pod>& before,
                 const std::vector<v1alpha1::affected_pod>& after) {
    return std::ranges::equal(before, after, [](v1alpha1::affected_pod a, const v1alpha1::affected_pod& b) {
        const auto then = util::read_time(a.last_seen);
        const auto now = util::read_time(b.last_seen);
        a.last_seen = b.last_seen;
        return a == b && then && now && *now - *then < stale && *then - *now < stale;
    });
}

}  // namespace

pull_verdict judge_pull(const pull_cell& at) {
    if (at.own == selection::selected) {
        if (at.present) return {.reason = reasons::recovering, .message = about_recovering(at)};
        return {.reason = reasons::secret_missing, .message = about_missing(at)};
    }
    if (at.present || at.selected_by_another) return {};
    return {.reason = reasons::namespace_not_selected, .message = how_to_select(at.own, at.namespace_name)};
}

void put_pull_failures(v1alpha1::registry_credential_status& status,
                       const v1alpha1::registry_credential& object,
                       const pull_report& report,
                       const std::string& now) {
    if (report.events == hearing::not_yet) {
        // What an earlier process found stays until this one knows better.
        status.pull_failures = object.status.pull_failures;
        status.affected_pods = object.status.affected_pods;
        if (kube::find_condition(status.conditions, condition_type) != nullptr) return;
    }
    auto wanted = condition_for(report, object.secret_name);
    wanted.observed_generation = object.meta.generation;
    kube::set_condition(status.conditions, std::move(wanted), now);
    if (report.events != hearing::listening) return;
    status.pull_failures = static_cast<std::int64_t>(report.pods.size());
    status.affected_pods = affected(report, object.secret_name);
    if (nearly_same(object.status.affected_pods, status.affected_pods))
        status.affected_pods = object.status.affected_pods;
}

}  // namespace reconcile
