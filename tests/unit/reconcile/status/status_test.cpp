// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status.hpp"

#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using reconcile::compute_status;
using reconcile::credential_report;

namespace {

constexpr auto now = "2026-05-01T10:00:00Z";
constexpr auto later = "2026-05-01T11:00:00Z";

const kube::condition* find(const v1alpha1::registry_credential_status& status, std::string_view type) {
    const auto found = std::ranges::find(status.conditions, type, &kube::condition::type);
    return found == status.conditions.end() ? nullptr : &*found;
}

credential_report all_well() {
    credential_report r;
    r.source_count = 1;
    r.registries = {"ghcr.io", "quay.io"};
    r.selected = 120;
    r.synced = 120;
    r.pulls.events = reconcile::event_watch_state::open;
    return r;
}

v1alpha1::namespace_failure failure(const char* ns, const char* reason) {
    return {.namespace_name = ns, .reason = reason, .message = std::string("about ") + ns, .since = now};
}

}  // namespace

TEST_CASE(
    "when every selected namespace is right, Ready, Synced and SourcesValid are True and nothing bad is "
    "there") {
    auto object = build::credential("hub");
    object.meta.generation = 4;
    const auto status = compute_status(object, all_well(), now);
    CHECK(status.conditions.size() == 4);
    REQUIRE(find(status, "FailedToRetrieveImagePullSecret") != nullptr);
    CHECK(find(status, "FailedToRetrieveImagePullSecret")->status == "False");
    for (const char* type : {"Ready", "Synced", "SourcesValid"}) {
        CAPTURE(type);
        const auto* condition = find(status, type);
        REQUIRE(condition != nullptr);
        CHECK(condition->status == "True");
        CHECK(condition->observed_generation == 4);
        CHECK(condition->last_transition_time == now);
    }
    CHECK(status.observed_generation == 4);
    CHECK(status.summary == "120/120");
    CHECK(status.registry_summary == "ghcr.io,quay.io");
}

TEST_CASE("SourcesValid lists a few of the notes on its sources while it is True") {
    auto report = all_well();
    report.source_notes = {"Secret \"a\": ignored entry \"x.io\": no credential", "Secret \"b\": odd"};
    const auto message = [&report] {
        return find(compute_status(build::credential("hub"), report, now), "SourcesValid")->message;
    };
    CHECK(message() ==
          "1 source, 2 registries; Secret \"a\": ignored entry \"x.io\": no credential; Secret \"b\": odd");
    report.source_notes.assign(8, "note");
    CHECK(message().find("more remarks") == std::string::npos);
    report.source_notes.assign(10, "note");
    CHECK(message().ends_with("; note; note; and 2 more remarks"));
    report.source_fault = {.reason = reconcile::reasons::source_invalid, .message = "Secret x: broken"};
    CHECK(message() == "Secret x: broken");
}

TEST_CASE("failing Pods do not change Ready and Synced") {
    auto report = all_well();
    report.pulls.pods = {{.reason = reconcile::reasons::namespace_not_selected,
                          .namespace_name = "lab",
                          .name = "web",
                          .last_seen = {}}};
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "FailedToRetrieveImagePullSecret")->status == "True");
    CHECK(find(status, "Ready")->status == "True");
    CHECK(find(status, "Stalled") == nullptr);
    CHECK(find(status, "Reconciling") == nullptr);
    CHECK(status.pull_failures == 1);
}

TEST_CASE("without a selected namespace Synced and Ready are True with the reason NoNamespaceSelected") {
    auto report = all_well();
    report.selected = report.synced = 0;
    const auto status = compute_status(build::credential("hub"), report, now);
    for (const char* type : {"Ready", "Synced"}) {
        CAPTURE(type);
        CHECK(find(status, type)->status == "True");
        CHECK(find(status, type)->reason == "NoNamespaceSelected");
        CHECK(find(status, type)->message == "no namespace is selected");
    }
    CHECK(status.summary == "0/0");
}

TEST_CASE("an object is Stalled while a person must act, and Reconciling while the controller goes on") {
    namespace reasons = reconcile::reasons;
    const auto kstatus = [](const credential_report& report) -> std::string {
        const auto status = compute_status(build::credential("hub"), report, now);
        const auto* stalled = find(status, "Stalled");
        const auto* reconciling = find(status, "Reconciling");
        CHECK((stalled == nullptr || reconciling == nullptr));
        if (stalled != nullptr) return "Stalled " + stalled->reason;
        return reconciling != nullptr ? "Reconciling " + reconciling->reason : "";
    };
    for (const auto reason : {reasons::source_not_found,
                              reasons::source_invalid,
                              reasons::source_too_large,
                              reasons::duplicate_registry,
                              reasons::registry_conflict}) {
        CAPTURE(reason);
        auto report = all_well();
        report.source_fault = {.reason = reason, .message = "no"};
        CHECK(kstatus(report) == "Stalled " + std::string(reason));
        report.synced = 3;
        CHECK(kstatus(report) == "Stalled " + std::string(reason));
    }
    struct row {
        const char* reason;
        const char* expected;
    };
    for (const auto& [reason, expected] : {row{"Conflict", "Stalled Conflict"},
                                           row{"Denied", "Stalled Denied"},
                                           row{"Forbidden", "Stalled Forbidden"},
                                           row{"SecretTerminating", "Stalled SecretTerminating"},
                                           row{"SourceTooLarge", "Stalled SourceTooLarge"},
                                           row{"DeletionGuard", "Reconciling DeletionGuard"},
                                           row{"QuotaExceeded", "Reconciling QuotaExceeded"},
                                           row{"ServerUnavailable", "Reconciling ServerUnavailable"},
                                           row{"Contended", "Reconciling Contended"},
                                           row{"Suspended", ""}}) {
        CAPTURE(reason);
        auto report = all_well();
        report.failures = {failure("team-a", reason)};
        CHECK(kstatus(report) == expected);
    }
    for (const auto& [reason, expected] : {row{"Forbidden", "Stalled Forbidden"},
                                           row{"Denied", "Stalled Denied"},
                                           row{"ServiceAccountTooLarge", "Stalled ServiceAccountTooLarge"},
                                           row{"DeletionGuard", "Reconciling DeletionGuard"},
                                           row{"Contended", "Reconciling Contended"},
                                           row{"Suspended", ""}}) {
        CAPTURE(reason);
        auto report = all_well();
        report.accounts.asked = true;
        report.accounts.failures = {failure("team-a", reason)};
        CHECK(kstatus(report) == expected);
    }
    auto report = all_well();
    report.accounts.asked = true;
    report.accounts.not_allowed = "builder";
    CHECK(kstatus(report) == "Stalled ServiceAccountNameNotAllowed");
    report.synced = 3;
    CHECK(kstatus(report) == "Stalled ServiceAccountNameNotAllowed");
}

TEST_CASE(
    "while held removals wait for an approval, the conditions say how to give it, and Stalled is True") {
    auto report = all_well();
    report.failures = {failure("team-a", "DeletionGuard")};
    report.accounts.asked = true;
    report.accounts.failures = {failure("team-b", "DeletionGuard")};
    const std::string how =
        "; to approve all removals that are held for this RegistryCredential: kubectl annotate --overwrite "
        "registrycredential hub "
        "regcred.dev/approve-deletions=2026-03-01T10:00:05Z";
    const auto unasked = compute_status(build::credential("hub"), report, now);
    CHECK(find(unasked, "Stalled") == nullptr);
    CHECK_FALSE(find(unasked, "Synced")->message.ends_with(how));

    report.approval.awaited = "2026-03-01T10:00:05Z";
    const auto status = compute_status(build::credential("hub"), report, now);
    for (const char* type : {"Synced", "Ready", "ServiceAccountsPatched", "Stalled"}) {
        CAPTURE(type);
        REQUIRE(find(status, type) != nullptr);
        CHECK(find(status, type)->message.ends_with(how));
    }
    CHECK(find(status, "Reconciling") == nullptr);

    report.failures = {
        failure("team-a", "Conflict"), failure("team-b", "Conflict"), failure("team-c", "DeletionGuard")};
    const auto mixed = compute_status(build::credential("hub"), report, now);
    CHECK(find(mixed, "Synced")->reason == "Conflict");
    CHECK(find(mixed, "Synced")->message.ends_with(how));

    report.failures = {failure("team-a", "Conflict")};
    CHECK_FALSE(
        find(compute_status(build::credential("hub"), report, now), "Synced")->message.ends_with(how));
}

TEST_CASE("an object is Stalled if a person must act in one namespace, whatever the others wait for") {
    auto report = all_well();
    report.failures = {
        failure("a", "DeletionGuard"), failure("b", "DeletionGuard"), failure("c", "Conflict")};
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Synced")->reason == "DeletionGuard");
    REQUIRE(find(status, "Stalled") != nullptr);
    CHECK(find(status, "Stalled")->reason == "Conflict");
    CHECK(find(status, "Stalled")->message == "c: about c");
    CHECK(find(status, "Reconciling") == nullptr);
}

TEST_CASE("while namespaces lack the Secret, the object is Progressing and Reconciling, not Stalled") {
    auto report = all_well();
    report.synced = 118;
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Ready")->reason == reconcile::reasons::progressing);
    CHECK(find(status, "Ready")->status == "False");
    REQUIRE(find(status, "Reconciling") != nullptr);
    CHECK(find(status, "Reconciling")->status == "True");
    CHECK(find(status, "Stalled") == nullptr);
    CHECK(status.summary == "118/120");
}

TEST_CASE("Ready takes the reason of the first condition that fails") {
    auto report = all_well();
    report.synced = 119;
    report.failures = {failure("team-a", "Conflict")};
    auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Ready")->reason == "Conflict");
    CHECK(find(status, "Synced")->reason == "Conflict");
    CHECK(find(status, "Synced")->message.find("team-a") != std::string::npos);
    CHECK(find(status, "Stalled")->reason == "Conflict");

    report.source_fault = {.reason = reconcile::reasons::source_invalid, .message = "Secret x: no"};
    status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Ready")->reason == "SourceInvalid");
    CHECK(find(status, "Ready")->message == "Secret x: no");
    CHECK(find(status, "Synced")->reason == "Conflict");
    CHECK(find(status, "Stalled")->status == "True");
    CHECK(find(status, "Reconciling") == nullptr);
}

TEST_CASE("the condition shows a failure of the most common reason and counts the others") {
    auto report = all_well();
    report.failures = {
        failure("a", "Conflict"), failure("b", "QuotaExceeded"), failure("c", "QuotaExceeded")};
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Synced")->reason == "QuotaExceeded");
    CHECK(find(status, "Synced")->message ==
          "3 of 120 namespaces: b: about b (and 2 more, see status.failures)");
    CHECK(status.namespaces.failed == 3);
}

TEST_CASE("status does not grow with the number of namespaces and registries") {
    auto report = all_well();
    report.selected = 10'000;
    report.failures.clear();
    for (int n = 0; n < 500; ++n)
        report.failures.push_back(failure("ns", "Conflict"));
    report.registries.assign(100, "registry.example.com");
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(status.failures.size() == 20);
    CHECK(status.registries.size() == 32);
    CHECK(status.namespaces.failed == 500);
    CHECK(status.registry_summary == "registry.example.com,registry.example.com +98");
}

TEST_CASE("a Secret name that is not allowed stalls, and the message has the allowed names") {
    auto report = all_well();
    report.name_allowed = false;
    report.allowed_names = "regcred, team-pull";
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(find(status, "Ready")->reason == "SecretNameNotAllowed");
    CHECK(find(status, "Ready")->message.find("regcred, team-pull") != std::string::npos);
    CHECK(find(status, "Stalled") != nullptr);
}

TEST_CASE("with a Secret name that is not allowed no ServiceAccount counts as patched") {
    auto report = all_well();
    report.name_allowed = false;
    report.accounts.asked = true;
    report.accounts.selected = report.accounts.patched = 3;
    const auto status = compute_status(build::credential("hub"), report, now);
    REQUIRE(status.service_accounts);
    CHECK(status.service_accounts->selected == 3);
    CHECK(status.service_accounts->patched == 0);
    CHECK(find(status, "ServiceAccountsPatched")->reason == "SecretNameNotAllowed");
}

TEST_CASE(
    "a status computed again from itself is the same, and the time moves only with a condition's status") {
    auto object = build::credential("hub");
    auto report = all_well();
    object.status = compute_status(object, report, now);
    CHECK(compute_status(object, report, later) == object.status);

    report.failures = {failure("team-a", "Conflict")};
    object.status = compute_status(object, report, later);
    CHECK(find(object.status, "Ready")->last_transition_time == later);
    CHECK(find(object.status, "SourcesValid")->last_transition_time == now);

    report.failures = {failure("team-a", "Denied")};
    const auto again = compute_status(object, report, "2026-05-01T12:00:00Z");
    CHECK(find(again, "Ready")->reason == "Denied");
    CHECK(find(again, "Ready")->last_transition_time == later);
}

TEST_CASE("the message of Ready says that the object is suspended") {
    auto object = build::credential("hub");
    object.suspend = true;
    CHECK(find(compute_status(object, all_well(), now), "Ready")->message.find("suspended") !=
          std::string::npos);
}

TEST_CASE("a Secret that cannot be removed is a failure even if no namespace is selected") {
    auto report = all_well();
    report.selected = report.synced = 3;
    report.stuck = 1;
    report.failures = {failure("old", "Denied")};
    const auto status = compute_status(build::credential("hub"), report, now);
    CHECK(status.summary == "3/3");
    CHECK(status.namespaces.failed == 1);
    const auto* synced = find(status, "Synced");
    REQUIRE(synced != nullptr);
    CHECK(synced->status == "False");
    CHECK(synced->reason == "Denied");
    CHECK(synced->message == "1 of 4 namespaces: old: about old");
}

TEST_CASE(
    "AdmissionPolicyEnforced is False while the policy is not enforced, and Ready follows if Secrets wait") {
    auto object = build::credential("hub");
    auto report = all_well();
    report.policy_fault = {.reason = reconcile::reasons::policy_not_enforced, .message = "apply deploy/"};
    auto status = compute_status(object, report, now);
    REQUIRE(find(status, "AdmissionPolicyEnforced") != nullptr);
    CHECK(find(status, "AdmissionPolicyEnforced")->status == "False");
    CHECK(find(status, "AdmissionPolicyEnforced")->reason == "PolicyNotEnforced");
    CHECK(find(status, "AdmissionPolicyEnforced")->message == "apply deploy/");
    CHECK(find(status, "Ready")->status == "True");

    report.secrets_blocked = true;
    status = compute_status(object, report, now);
    CHECK(find(status, "Ready")->status == "False");
    CHECK(find(status, "Ready")->reason == "PolicyNotEnforced");
    CHECK(find(status, "Stalled") != nullptr);

    object.status = status;
    status = compute_status(object, all_well(), later);
    CHECK(find(status, "AdmissionPolicyEnforced") == nullptr);
    CHECK(find(status, "Ready")->status == "True");
}

TEST_CASE(
    "Secrets that cannot be read make Synced False, before failures that were seen earlier, and Stalled") {
    auto report = all_well();
    report.failures = {failure("team-a", "Denied")};
    report.watch_fault = {.reason = reconcile::reasons::forbidden, .message = "RBAC does not allow it"};
    const auto status = compute_status(build::credential("hub"), report, now);
    for (const char* type : {"Synced", "Ready", "Stalled"}) {
        CAPTURE(type);
        REQUIRE(find(status, type) != nullptr);
        CHECK(find(status, type)->reason == "Forbidden");
        CHECK(find(status, type)->message == "RBAC does not allow it");
    }
    CHECK(find(status, "Ready")->status == "False");
}
