// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/write_refusal.hpp"

#include "reconcile/state/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace reconcile {

namespace {

bool says(const kube::error& error, std::string_view text) {
    return error.message.find(text) != std::string::npos;
}

write_refusal failed(next_step next,
                     std::string_view reason,
                     std::string_view verb,
                     std::string_view advice,
                     const kube::error& error) {
    return {.next = next,
            .reason = reason,
            .message = fmt::format(
                "not {}{}: {}{}", verb, verb == "read" ? "" : "d", kube::public_message(error), advice)};
}

/// Admission answers in several shapes: a policy with 422 or 403, a webhook with any code it likes.
bool is_admission_denial(const kube::error& error) {
    return says(error, "denied the request") || says(error, "denied request") ||
           error.kind == kube::error_kind::invalid || error.kind == kube::error_kind::bad_request;
}

write_refusal classify_forbidden(const kube::error& error, std::string_view verb) {
    // Final for this namespace; one of the same name that comes later is another namespace.
    if (error.has_cause("NamespaceTerminating"))
        return {.next = next_step::drop, .reason = {}, .message = {}};
    // ResourceQuota gives no cause, only these texts.
    if (says(error, "exceeded quota") || says(error, "status unknown for quota")) {
        return failed(next_step::await_operator,
                      reasons::quota_exceeded,
                      verb,
                      "; raise the ResourceQuota or free a Secret",
                      error);
    }
    // GKE Autopilot says this in the words of RBAC, but no role helps.
    if (says(error, "managed-namespaces-limitation")) {
        return failed(next_step::await_operator,
                      reasons::denied,
                      verb,
                      "; the platform manages this namespace: add it to spec.namespaces.exclude",
                      error);
    }
    if (is_admission_denial(error)) {
        return failed(next_step::await_operator, reasons::denied, verb, "", error);
    }
    return failed(
        next_step::await_operator, reasons::forbidden, verb, "; apply deploy/rbac.yaml again", error);
}

}  // namespace

write_refusal classify_refusal(const kube::error& error, std::string_view verb) {
    using kube::error_kind;
    switch (error.kind) {
        case error_kind::not_found:
            // A create can only miss its namespace; any other write, its object.
            return {.next = error.details_kind == "namespaces" ? next_step::drop : next_step::read_back,
                    .reason = {},
                    .message = {}};
        case error_kind::already_exists:
        case error_kind::conflict:
            return {.next = next_step::read_back, .reason = {}, .message = {}};
        case error_kind::forbidden:
            return classify_forbidden(error, verb);
        case error_kind::invalid:
        case error_kind::bad_request:
            return failed(next_step::await_operator, reasons::denied, verb, "", error);
        case error_kind::too_large:
            return failed(next_step::await_operator,
                          reasons::source_too_large,
                          verb,
                          "; select fewer entries with `registries`",
                          error);
        default:
            break;
    }
    if (is_admission_denial(error))
        return failed(next_step::await_operator, reasons::denied, verb, "", error);
    // A webhook that fails closed: its outage, not the server's.
    if (says(error, "failed calling webhook"))
        return failed(
            next_step::back_off, reasons::denied, verb, "; repair or remove that admission webhook", error);
    return failed(next_step::back_off, reasons::server_unavailable, verb, "", error);
}

write_refusal classify_read_failure(const kube::error& error) {
    if (error.kind == kube::error_kind::forbidden) return classify_forbidden(error, "read");
    return failed(next_step::back_off, reasons::server_unavailable, "read", "", error);
}

runtime::duration operator_action_backoff(unsigned failures) noexcept {
    constexpr std::chrono::seconds first{1};
    constexpr std::chrono::seconds longest{300};
    constexpr unsigned doublings = 9;  // past the longest
    return std::min(first * (1U << std::min(failures, doublings)), longest);
}

runtime::outcome retry_after_refusal(const write_refusal& refusal,
                                     const kube::error& error,
                                     unsigned failures) {
    using runtime::outcome;
    if (refusal.next == next_step::await_operator)
        return outcome::retry_not_before(operator_action_backoff(failures));
    return error.retry_after ? outcome::retry_not_before(*error.retry_after) : outcome::retry();
}

}  // namespace reconcile
