// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_status.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

namespace reconcile {

namespace {

condition_value for_failures(const std::vector<v1alpha1::namespace_failure>& failures) {
    const auto others = failures.size() - 1;
    return {false,
            failures.front().reason,
            fmt::format("{} ServiceAccount{}: {}{}",
                        failures.size(),
                        others == 0 ? "" : "s",
                        failures.front().message,
                        others == 0 ? "" : fmt::format(" (and {} more, see status.failures)", others))};
}

condition_value for_name(const service_account_report& report) {
    return {
        false,
        reasons::service_account_name_not_allowed,
        fmt::format("{} in spec.serviceAccounts is not allowed; this installation changes ServiceAccounts of "
                    "these names only: {}; remove {} from the spec, or allow it in --service-accounts and "
                    "deploy/service-accounts.yaml",
                    report.not_allowed,
                    report.allowed_names,
                    report.not_allowed)};
}

condition_value for_denied(const service_account_report& report) {
    return {
        false,
        reasons::forbidden,
        fmt::format("RBAC does not allow the controller to read {}; apply deploy/service-accounts.yaml, or "
                    "remove serviceAccounts from the spec",
                    report.denied)};
}

}  // namespace

std::optional<condition_value> service_accounts_condition(const v1alpha1::registry_credential& object,
                                                          const service_account_report& report,
                                                          bool secret_name_allowed) {
    if (!report.asked && report.failures.empty()) return std::nullopt;
    if (!report.not_allowed.empty()) return for_name(report);
    if (report.asked && !secret_name_allowed) {
        return condition_value{false,
                               reasons::secret_name_not_allowed,
                               fmt::format("no ServiceAccount is patched: this installation does not manage "
                                           "Secrets named {}",
                                           object.secret_name)};
    }
    if (report.asked && !report.denied.empty()) return for_denied(report);
    if (!report.failures.empty()) return for_failures(report.failures);
    if (report.unread)
        return condition_value{false, reasons::progressing, "ServiceAccounts have not been read yet"};
    if (report.patched < report.selected) {
        return condition_value{
            false,
            reasons::progressing,
            fmt::format("{} of {} ServiceAccounts list the Secret", report.patched, report.selected)};
    }
    return condition_value{true,
                           reasons::patched,
                           report.selected == 0
                               ? "no ServiceAccount in the selected namespaces matches spec.serviceAccounts"
                               : fmt::format("{} ServiceAccount{} list{} Secret {}",
                                             report.selected,
                                             report.selected == 1 ? "" : "s",
                                             report.selected == 1 ? "s" : "",
                                             object.secret_name)};
}

}  // namespace reconcile
