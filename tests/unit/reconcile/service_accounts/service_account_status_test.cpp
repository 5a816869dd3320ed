// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_status.hpp"

#include "reconcile/status/status.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using reconcile::service_account_report;
using reconcile::service_accounts_condition;

namespace {

service_account_report all_well() {
    service_account_report report;
    report.asked = true;
    report.allowed_names = "builder, default";
    report.selected = 3;
    report.patched = 3;
    return report;
}

std::string reason_of(const service_account_report& report, bool secret_name_allowed = true) {
    const auto judged = service_accounts_condition(build::credential("hub"), report, secret_name_allowed);
    return judged ? std::string(judged->is_true ? "" : "not ") + std::string(judged->reason) : "";
}

}  // namespace

TEST_CASE("the condition exists while the spec has serviceAccounts or an entry cannot be removed") {
    service_account_report report;
    report.denied = "serviceaccounts named default";  // which concerns nobody
    report.unread = true;
    CHECK(reason_of(report).empty());
    report.failures = {{.namespace_name = "a", .reason = "Denied", .message = "m", .since = {}}};
    CHECK(reason_of(report) == "not Denied");
    CHECK(reason_of(all_well()) == "Patched");
}

TEST_CASE("without a matching ServiceAccount the condition is True") {
    auto report = all_well();
    report.selected = report.patched = 0;
    CHECK(reason_of(report) == "Patched");
}

TEST_CASE("the condition shows what an operator must fix first, progress last") {
    auto report = all_well();
    report.patched = 2;
    CHECK(reason_of(report) == "not Progressing");
    report.unread = true;
    CHECK(reason_of(report) == "not Progressing");
    report.failures = {{.namespace_name = "a", .reason = "Contended", .message = "m", .since = {}}};
    CHECK(reason_of(report) == "not Contended");
    report.denied = "serviceaccounts named default";
    CHECK(reason_of(report) == "not Forbidden");
    CHECK(reason_of(report, false) == "not SecretNameNotAllowed");
    report.not_allowed = "deployer";
    CHECK(reason_of(report) == "not ServiceAccountNameNotAllowed");
    const auto judged = service_accounts_condition(build::credential("hub"), report, true);
    CHECK(judged->message.find("deployer in spec.serviceAccounts is not allowed") == 0);
    CHECK(judged->message.find("builder, default; remove deployer from") != std::string::npos);
}

TEST_CASE("Ready takes the reason of ServiceAccountsPatched last, and failures list the Secrets first") {
    auto object = build::credential("hub");
    reconcile::credential_report report;
    report.accounts = all_well();
    report.accounts.failures = {{.namespace_name = "a", .reason = "Contended", .message = "m", .since = {}}};
    report.failures = {{.namespace_name = "b", .reason = "Conflict", .message = "m", .since = {}}};
    const auto reason_of_ready = [&] {
        return compute_status(object, report, "2026-05-01T10:00:00Z").conditions.front().reason;
    };
    CHECK(reason_of_ready() == "Conflict");
    const auto status = compute_status(object, report, "2026-05-01T10:00:00Z");
    REQUIRE(status.failures.size() == 2);
    CHECK(status.failures[1].namespace_name == "a");
    CHECK(status.namespaces.failed == 1);
    CHECK(status.service_accounts ==
          v1alpha1::service_account_counts{.selected = 3, .patched = 3, .failed = 1});
    report.failures.clear();
    CHECK(reason_of_ready() == "Contended");

    object.status = status;
    report.accounts = {};
    const auto without = compute_status(object, report, "2026-05-01T10:00:00Z");
    CHECK(std::ranges::find(without.conditions, "ServiceAccountsPatched", &kube::condition::type) ==
          without.conditions.end());
    CHECK_FALSE(without.service_accounts);
}

TEST_CASE("an object with unpatched ServiceAccounts is Reconciling") {
    reconcile::credential_report report;
    report.accounts = all_well();
    report.accounts.patched = 1;
    const auto status = compute_status(build::credential("hub"), report, "2026-05-01T10:00:00Z");
    const auto found = std::ranges::find(status.conditions, "Reconciling", &kube::condition::type);
    REQUIRE(found != status.conditions.end());
    CHECK(found->message == "1 of 3 ServiceAccounts list the Secret");
}
