// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "kube/json.hpp"
#include "reconcile/state/reasons.hpp"
#include "runtime/time.hpp"

#include <string>
#include <string_view>

namespace reconcile {

/// The name of Secrets that are created by dry run only, so that none stands in their way. deploy/ allows it.
inline constexpr std::string_view dry_run_name = "regcred-dry-run";

/// Whether the API server refuses what an admission policy of deploy/ forbids.
enum class enforcement {
    unknown,  // no request has told
    enforced,
    not_enforced,
};

/// What the response to a dry run of a forbidden request tells. `rule` is a part of the policy's message for
/// it: a refusal by another rule means that the policy is older than this program.
[[nodiscard]] enforcement enforcement_of(const kube::result<kube::json>& response, std::string_view rule);

/// Whether the admission policy has the name of a Secret in allowedNames.
enum class name_verdict {
    unknown,
    allowed,
    not_allowed,
};

/// What the response to a dry run of a copy in the controller's own namespace tells, which the policy
/// protects: it looks at the name first.
[[nodiscard]] name_verdict name_verdict_of(const kube::result<kube::json>& response);
/// The text for the log.
[[nodiscard]] std::string name_not_allowed(std::string_view secret_name);

/// What is known of one admission policy. No I/O and no clock.
class admission_check {
 public:
    /// `resource_kind`: what the policy limits, "Secrets" or "ServiceAccounts".
    explicit admission_check(std::string_view resource_kind) : resource_kind_(resource_kind) {}

    /// Records the result of one round of dry runs. An unknown one changes nothing: a server that does not
    /// respond has not lost its policies. That a policy is not enforced counts from the third round in
    /// succession: an API server enforces a new policy seconds after it was applied, and deploy/ applies the
    /// policies and the controller together. Returns whether the state has changed.
    bool record(enforcement result);
    [[nodiscard]] std::string_view resource_kind() const noexcept { return resource_kind_; }
    [[nodiscard]] enforcement state() const noexcept { return state_; }
    /// How long to wait for the next round: short until the policy is known to be enforced, and shortest
    /// while it is not certain that it is not.
    [[nodiscard]] runtime::duration interval() const noexcept;
    /// The reason and message of the condition AdmissionPolicyEnforced; an empty reason: there is nothing to
    /// report. `required`: nothing is written until the policy is enforced.
    [[nodiscard]] cause problem(bool required) const;

 private:
    std::string_view resource_kind_;
    enforcement state_ = enforcement::unknown;
    int admitted_rounds_ = 0;  // in succession, while they do not count yet
};

/// The result of several dry runs: one that is admitted outweighs the others, and one that tells nothing
/// outweighs those that are refused.
[[nodiscard]] enforcement combined(enforcement a, enforcement b) noexcept;

}  // namespace reconcile
