// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/admission_check.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace reconcile {

namespace {

/// So many rounds in succession must find that a policy is not enforced.
constexpr int rounds_to_confirm = 3;

/// What follows "regcred-controller may " in a refusal of an admission policy of deploy/; nothing of another
/// refusal.
std::optional<std::string> refusal_of(const kube::error& error) {
    // "...: ValidatingAdmissionPolicy 'NAME' with binding 'NAME' denied request: regcred-controller may ..."
    constexpr std::string_view beginning = " denied request: regcred-controller may ";
    const auto denied = error.message.find(beginning);
    if (denied == std::string::npos) return std::nullopt;
    return error.message.substr(denied + beginning.size());
}

}  // namespace

enforcement enforcement_of(const kube::result<kube::json>& response, std::string_view rule) {
    if (response.has_value()) return enforcement::not_enforced;
    const auto refusal = refusal_of(response.error());
    if (!refusal) return enforcement::unknown;
    return refusal->find(rule) != std::string::npos ? enforcement::enforced : enforcement::not_enforced;
}

name_verdict name_verdict_of(const kube::result<kube::json>& response) {
    if (response.has_value()) return name_verdict::unknown;
    const auto refusal = refusal_of(response.error());
    if (!refusal) return name_verdict::unknown;
    return refusal->starts_with("only write Secrets named ") ? name_verdict::not_allowed
                                                             : name_verdict::allowed;
}

std::string name_not_allowed(std::string_view secret_name) {
    return fmt::format(
        "--secret-names has {0}, and the admission policy does not: add {0} to allowedNames in "
        "the three policies (\"Other Secret names\" in deploy/README.md), or remove it from "
        "--secret-names",
        secret_name);
}

enforcement combined(enforcement a, enforcement b) noexcept {
    for (const auto heaviest : {enforcement::not_enforced, enforcement::unknown}) {
        if (a == heaviest || b == heaviest) return heaviest;
    }
    return enforcement::enforced;
}

bool admission_check::record(enforcement result) {
    if (result == enforcement::unknown) return false;
    const bool confirmed = result == enforcement::enforced || ++admitted_rounds_ == rounds_to_confirm;
    if (result == state_ || confirmed) admitted_rounds_ = 0;
    if (result == state_ || !confirmed) return false;
    state_ = result;
    return true;
}

runtime::duration admission_check::interval() const noexcept {
    if (admitted_rounds_ > 0) return std::chrono::seconds(5);
    return state_ == enforcement::enforced ? std::chrono::minutes(5) : std::chrono::seconds(30);
}

cause admission_check::problem(bool required) const {
    constexpr std::string_view advice =
        "apply deploy/ again ('kubectl apply -k deploy/'; Kubernetes 1.30 or newer), and see \"Is the "
        "admission policy enforced?\" in deploy/README.md";
    const auto consequence =
        required ? fmt::format("; --require-admission-policy: no {} are written until it is", resource_kind_)
                 : "";
    if (state_ == enforcement::not_enforced) {
        return {.reason = reasons::policy_not_enforced,
                .message = fmt::format("the API server admits writes of {} that the admission policy of "
                                       "deploy/ forbids (tried by dry run){}; {}",
                                       resource_kind_,
                                       consequence,
                                       advice)};
    }
    if (state_ == enforcement::unknown && required) {
        return {.reason = reasons::policy_not_enforced,
                .message = fmt::format("it is not known whether the API server enforces the admission policy "
                                       "of deploy/ for {}{}; {}",
                                       resource_kind_,
                                       consequence,
                                       advice)};
    }
    return {};
}

}  // namespace reconcile
