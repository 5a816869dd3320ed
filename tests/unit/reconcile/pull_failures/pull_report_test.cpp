// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_report.hpp"

#include "kube/api/condition.hpp"
#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/builders.hpp"
#include "util/timestamp.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::cause_of_pull_failure;
using reconcile::event_watch_state;
using reconcile::pull_report;
using reconcile::pull_subject;
using reconcile::put_pull_failures;
using reconcile::selection;

namespace reasons = reconcile::reasons;

namespace {

constexpr auto type = "FailedToRetrieveImagePullSecret";
constexpr auto now = "2026-05-01T10:00:00Z";
constexpr auto later = "2026-05-01T11:00:00Z";

pull_subject subject(selection own, bool present = false) {
    pull_subject at;
    at.namespace_name = "team-a";
    at.secret_name = "regcred";
    at.own = own;
    at.present = present;
    return at;
}

pull_report::pod pod(std::string name, std::string_view reason, std::chrono::seconds after = 0s) {
    return {.reason = reason,
            .namespace_name = "team-a",
            .name = std::move(name),
            .last_seen = util::read_time(now).value() + after};
}

pull_report heard(std::vector<pull_report::pod> pods = {}) {
    pull_report report;
    report.events = event_watch_state::open;
    report.pods = std::move(pods);
    report.message = "what to do";
    return report;
}

v1alpha1::registry_credential_status after(const v1alpha1::registry_credential& object,
                                           const pull_report& report,
                                           const std::string& at = now) {
    v1alpha1::registry_credential_status status;
    status.conditions = object.status.conditions;
    put_pull_failures(status, object, report, at);
    return status;
}

}  // namespace

TEST_CASE("a RegistryCredential that selects the namespace reports SecretMissing or Recovering") {
    CHECK(cause_of_pull_failure(subject(selection::selected)).reason == reasons::secret_missing);
    CHECK(cause_of_pull_failure(subject(selection::selected)).message.find("is being written") !=
          std::string::npos);
    CHECK(cause_of_pull_failure(subject(selection::selected, true)).reason == reasons::recovering);
    auto at = subject(selection::selected);
    at.write_failure = reasons::quota_exceeded;
    CHECK(cause_of_pull_failure(at).reason == reasons::secret_missing);
    CHECK(cause_of_pull_failure(at).message.find("QuotaExceeded, see status.failures") != std::string::npos);
}

TEST_CASE("the message of NamespaceNotSelected names the field that would select the namespace") {
    struct row {
        selection why;
        const char* says;
    };
    const std::vector<row> table{
        {selection::not_included, "spec.namespaces.include"},
        {selection::excluded, "spec.namespaces.exclude"},
        {selection::labels_differ, "spec.namespaces.selector"},
        {selection::opted_out, "regcred.dev/opt-out"},
        {selection::system_namespace, "literal name team-a in spec.namespaces.include"},
        {selection::terminating, "is being deleted"},
    };
    for (const auto& row : table) {
        CAPTURE(row.says);
        const auto verdict = cause_of_pull_failure(subject(row.why));
        CHECK(verdict.reason == reasons::namespace_not_selected);
        CHECK(verdict.message.find("team-a") != std::string::npos);
        CHECK(verdict.message.find(row.says) != std::string::npos);
    }
}

TEST_CASE("a RegistryCredential does not report a Secret that another one or a tenant provides") {
    CHECK(cause_of_pull_failure(subject(selection::not_included, true))
              .reason.empty());  // a team's own regcred
    auto at = subject(selection::not_included);
    at.selected_by_another = true;
    CHECK(cause_of_pull_failure(at).reason.empty());
}

TEST_CASE("without a failure the condition is False, and the count is 0") {
    auto object = build::credential("hub");
    object.meta.generation = 4;
    const auto status = after(object, heard());
    const auto* condition = kube::find_condition(status.conditions, type);
    REQUIRE(condition != nullptr);
    CHECK(condition->status == "False");
    CHECK(condition->reason == reasons::no_failures);
    CHECK(condition->observed_generation == 4);
    CHECK(condition->last_transition_time == now);
    CHECK(status.pull_failures == 0);
    CHECK(status.affected_pods.empty());
}

TEST_CASE(
    "a failing Pod makes the condition True, and the message names the Pod and the remedy and counts the "
    "others") {
    const auto status =
        after(build::credential("hub"),
              heard({pod("web-1", reasons::secret_missing), pod("web-2", reasons::recovering)}));
    const auto* condition = kube::find_condition(status.conditions, type);
    REQUIRE(condition != nullptr);
    CHECK(condition->status == "True");
    CHECK(condition->reason == reasons::secret_missing);
    CHECK(condition->message ==
          "2 Pods could not read Secret regcred: team-a/web-1: what to do (and 1 more, see "
          "status.affectedPods)");
    CHECK(status.pull_failures == 2);
    REQUIRE(status.affected_pods.size() == 2);
    CHECK(status.affected_pods[1] == v1alpha1::affected_pod{.namespace_name = "team-a",
                                                            .pod = "web-2",
                                                            .secret = "regcred",
                                                            .reason = "Recovering",
                                                            .last_seen = now});
    // And it goes back by itself.
    auto object = build::credential("hub");
    object.status = status;
    const auto healed = after(object, heard(), later);
    CHECK(kube::find_condition(healed.conditions, type)->status == "False");
    CHECK(kube::find_condition(healed.conditions, type)->last_transition_time == later);
    CHECK(healed.pull_failures == 0);
}

TEST_CASE("the condition is Unknown, or says so, when Events or Pods cannot be read") {
    auto report = heard({pod("web-1", reasons::recovering)});
    report.more = true;
    report.by_events_alone = true;
    const auto status = after(build::credential("hub"), report);
    const auto& message = kube::find_condition(status.conditions, type)->message;
    CHECK(message.find("1 or more Pods") == 0);
    CHECK(message.find("RBAC does not allow the controller to get Pods") != std::string::npos);

    report.events = event_watch_state::forbidden;
    const auto deaf = after(build::credential("hub"), report);
    const auto* condition = kube::find_condition(deaf.conditions, type);
    CHECK(condition->status == "Unknown");
    CHECK(condition->reason == reasons::forbidden);
    CHECK(condition->message.find("deploy/rbac.yaml") != std::string::npos);
    CHECK_FALSE(deaf.pull_failures);
    CHECK(deaf.affected_pods.empty());

    report.events = event_watch_state::copies_not_read;
    const auto unread = after(build::credential("hub"), report);
    CHECK(kube::find_condition(unread.conditions, type)->status == "Unknown");
    CHECK(kube::find_condition(unread.conditions, type)->message.find("see the condition Synced") !=
          std::string::npos);
    report.events = event_watch_state::name_not_managed;
    CHECK(kube::find_condition(after(build::credential("hub"), report).conditions, type)->reason ==
          reasons::secret_name_not_allowed);
}

TEST_CASE("the failing Pods of an earlier process stay until Events are watched") {
    auto object = build::credential("hub");
    const auto first = after(object, {});
    CHECK(kube::find_condition(first.conditions, type)->status == "Unknown");
    CHECK_FALSE(first.pull_failures);

    object.status = after(object, heard({pod("web-1", reasons::recovering)}));
    auto kept = after(object, {}, later);
    CHECK(kept == object.status);
}

TEST_CASE("a newer lastSeen alone changes the status only after a minute") {
    auto object = build::credential("hub");
    object.status = after(object, heard({pod("a", reasons::recovering), pod("b", reasons::recovering)}));
    const auto seen = [&](std::chrono::seconds a, std::chrono::seconds b) {
        return after(
            object, heard({pod("a", reasons::recovering, a), pod("b", reasons::recovering, b)}), later);
    };
    CHECK(seen(59s, 59s) == object.status);
    CHECK(seen(0s, 60s).affected_pods[1].last_seen == "2026-05-01T10:01:00Z");
    const auto changed = after(
        object, heard({pod("a", reasons::secret_missing, 10s), pod("b", reasons::recovering, 10s)}), later);
    CHECK(changed.affected_pods[1].last_seen == "2026-05-01T10:00:10Z");
}

TEST_CASE("affectedPods has at most twenty Pods, and pullFailures counts all") {
    std::vector<pull_report::pod> pods;
    for (int i = 0; i < 70; ++i)
        pods.push_back(pod(fmt::format("web-{}", i), reasons::recovering));
    const auto status = after(build::credential("hub"), heard(pods));
    CHECK(status.pull_failures == 70);
    CHECK(status.affected_pods.size() == 20);
}
