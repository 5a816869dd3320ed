// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_report.hpp"

#include "kube/api/condition.hpp"
#include "reconcile/state/reasons.hpp"
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

/// Says which field of the object would select the namespace.
std::string not_selected_message(selection result, std::string_view name) {
    switch (result) {
        case selection::terminating:
            return fmt::format("namespace {} is being deleted, so nothing can be created there", name);
        case selection::opted_out:
            return fmt::format(
                "namespace {} is annotated {}: \"true\", which overrides every selection; remove the "
                "annotation to opt in",
                name,
                opt_out_annotation);
        case selection::excluded:
            return fmt::format("namespace {} is not selected: spec.namespaces.exclude matches it", name);
        case selection::system_namespace:
            return fmt::format(
                "namespace {0} is a system namespace; only the literal name {0} in spec.namespaces.include "
                "selects it",
                name);
        case selection::not_included:
            return fmt::format("namespace {} is not selected: spec.namespaces.include does not name it",
                               name);
        case selection::labels_differ:
            return fmt::format(
                "namespace {} is not selected: its labels do not match spec.namespaces.selector", name);
        case selection::selected:
            break;
    }
    return {};
}

std::string missing_message(const pull_subject& subject) {
    if (subject.write_failure.empty())
        return fmt::format(
            "Secret {}/{} is missing and is being written", subject.namespace_name, subject.secret_name);
    return fmt::format("Secret {}/{} is missing and cannot be written: {}, see status.failures",
                       subject.namespace_name,
                       subject.secret_name,
                       subject.write_failure);
}

std::string recovering_message(const pull_subject& subject) {
    return fmt::format(
        "Secret {}/{} exists now; the kubelet retries within 5 minutes; deleting the Pod is quicker where a "
        "controller recreates it",
        subject.namespace_name,
        subject.secret_name);
}

kube::condition condition(std::string_view status, std::string_view reason, std::string message) {
    return {.type = std::string(condition_type),
            .status = std::string(status),
            .reason = std::string(reason),
            .message = std::move(message),
            .observed_generation = 0,
            .last_transition_time = {}};
}

std::string failure_message(const pull_report& report, const std::string& secret_name) {
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
    if (report.by_events_alone)
        text += "; based on Events alone, since RBAC does not allow the controller to get Pods";
    return text;
}

kube::condition condition_for(const pull_report& report, const std::string& secret_name) {
    switch (report.events) {
        case event_watch_state::not_opened:
            return condition("Unknown", reasons::progressing, "Events are not watched yet");
        case event_watch_state::forbidden:
            return condition(
                "Unknown",
                reasons::forbidden,
                "RBAC does not allow the controller to list and watch Events, so it does not see Pods that "
                "cannot read their pull Secret; apply deploy/rbac.yaml");
        case event_watch_state::name_not_managed:
            return condition("Unknown",
                             reasons::secret_name_not_allowed,
                             fmt::format("this installation does not manage Secrets named {}", secret_name));
        case event_watch_state::copies_not_read:
            return condition(
                "Unknown",
                reasons::progressing,
                fmt::format("Secrets named {} have not been read; see the condition Synced", secret_name));
        case event_watch_state::open:
            break;
    }
    if (report.pods.empty())
        return condition(
            "False", reasons::no_failures, fmt::format("no Pod is waiting for Secret {}", secret_name));
    return condition("True", report.pods.front().reason, failure_message(report, secret_name));
}

std::vector<v1alpha1::affected_pod> affected_pods(const pull_report& report, const std::string& secret_name) {
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

/// Whether the lists differ only in lastSeen, and by less than a minute.
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

cause cause_of_pull_failure(const pull_subject& subject) {
    if (subject.own == selection::selected) {
        if (subject.present) return {.reason = reasons::recovering, .message = recovering_message(subject)};
        return {.reason = reasons::secret_missing, .message = missing_message(subject)};
    }
    if (subject.present || subject.selected_by_another) return {};
    return {.reason = reasons::namespace_not_selected,
            .message = not_selected_message(subject.own, subject.namespace_name)};
}

void put_pull_failures(v1alpha1::registry_credential_status& status,
                       const v1alpha1::registry_credential& object,
                       const pull_report& report,
                       const std::string& now) {
    if (report.events == event_watch_state::not_opened) {
        // Keep what an earlier process found until this one watches Events.
        status.pull_failures = object.status.pull_failures;
        status.affected_pods = object.status.affected_pods;
        if (kube::find_condition(status.conditions, condition_type) != nullptr) return;
    }
    auto wanted = condition_for(report, object.secret_name);
    wanted.observed_generation = object.meta.generation;
    kube::set_condition(status.conditions, std::move(wanted), now);
    if (report.events != event_watch_state::open) return;
    status.pull_failures = static_cast<std::int64_t>(report.pods.size());
    status.affected_pods = affected_pods(report, object.secret_name);
    if (nearly_same(object.status.affected_pods, status.affected_pods))
        status.affected_pods = object.status.affected_pods;
}

}  // namespace reconcile
