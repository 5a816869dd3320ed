// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/admission_check.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <string>

using reconcile::admission_check;
using reconcile::enforcement;

namespace {

constexpr auto policy = "secrets \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' ";

kube::result<kube::json> refused(const std::string& message, kube::error_kind kind) {
    return kube::error(kind, message);
}

/// As many rounds as it takes until a policy that is not enforced counts as that.
bool record_not_enforced(admission_check& check) {
    bool news = false;
    for (int round = 0; round < 3; ++round)
        news = check.record(enforcement::not_enforced);
    return news;
}

}  // namespace

TEST_CASE("the response to a forbidden dry run shows whether the policy is enforced") {
    const std::string own = std::string(policy) + "denied request: regcred-controller may ";
    using kind = kube::error_kind;
    const struct {
        kube::result<kube::json> response;
        enforcement expected;
    } table[] = {
        {kube::json::object(), enforcement::not_enforced},
        {refused(own + "not change the finalizers of a Secret", kind::invalid), enforcement::enforced},
        {refused(own + "not change the finalizers of a Secret", kind::forbidden), enforcement::enforced},
        // Another rule of an older policy.
        {refused(own + "not write Secrets in regcred-system", kind::invalid), enforcement::not_enforced},
        // Another policy, RBAC, a webhook, no answer.
        {refused(std::string(policy) + "denied request: no finalizers", kind::invalid), enforcement::unknown},
        {refused("User \"regcred-controller\" cannot patch resource", kind::forbidden), enforcement::unknown},
        {refused("admission webhook \"w\" denied the request: finalizers", kind::bad_request),
         enforcement::unknown},
        {refused("", kind::no_response), enforcement::unknown},
        {refused("the object has been modified", kind::conflict), enforcement::unknown},
    };
    for (const auto& row : table) {
        INFO((row.response.has_error() ? row.response.error().message : "admitted"));
        CHECK(reconcile::enforcement_of(row.response, "finalizers") == row.expected);
    }
    CHECK(reconcile::enforcement_of(refused(own + "anything", kind::invalid), "") == enforcement::enforced);
}

TEST_CASE("the response to a dry run of a copy shows whether the policy allows the name of the Secret") {
    using reconcile::name_verdict;
    const std::string own = std::string(policy) + "denied request: regcred-controller may ";
    using kind = kube::error_kind;
    const struct {
        kube::result<kube::json> response;
        name_verdict expected;
    } table[] = {
        {refused(own + "only write Secrets named regcred, not other", kind::invalid),
         name_verdict::not_allowed},
        // The namespace is protected: the name has passed.
        {refused(own + "not write Secrets in regcred-system: ", kind::invalid), name_verdict::allowed},
        {kube::json::object(), name_verdict::unknown},
        {refused("User \"regcred-controller\" cannot patch resource", kind::forbidden),
         name_verdict::unknown},
        {refused("", kind::no_response), name_verdict::unknown},
    };
    for (const auto& row : table) {
        INFO((row.response.has_error() ? row.response.error().message : "admitted"));
        CHECK(reconcile::name_verdict_of(row.response) == row.expected);
    }
}

TEST_CASE("one admitted dry run means not enforced, and without one an inconclusive answer means unknown") {
    const auto [unknown, yes, no] =
        std::array{enforcement::unknown, enforcement::enforced, enforcement::not_enforced};
    CHECK(reconcile::combined(yes, yes) == yes);
    CHECK(reconcile::combined(yes, unknown) == unknown);
    CHECK(reconcile::combined(unknown, yes) == unknown);
    CHECK(reconcile::combined(no, unknown) == no);
    CHECK(reconcile::combined(unknown, no) == no);
    CHECK(reconcile::combined(yes, no) == no);
}

TEST_CASE("a result is news when it differs from the last one, and an unknown one never is") {
    admission_check check("Secrets");
    CHECK(check.state() == enforcement::unknown);
    CHECK_FALSE(check.record(enforcement::unknown));
    CHECK(record_not_enforced(check));
    CHECK_FALSE(record_not_enforced(check));
    CHECK(check.record(enforcement::enforced));
    CHECK_FALSE(check.record(enforcement::enforced));
    CHECK_FALSE(check.record(enforcement::unknown));
    CHECK(check.state() == enforcement::enforced);
    CHECK(record_not_enforced(check));
    CHECK_FALSE(check.record(enforcement::unknown));
    CHECK(check.state() == enforcement::not_enforced);
}

TEST_CASE("a policy counts as not enforced from the third round in a row") {
    for (const bool was_enforced : {false, true}) {
        CAPTURE(was_enforced);
        admission_check check("Secrets");
        if (was_enforced) check.record(enforcement::enforced);
        const auto before = check.state();
        CHECK_FALSE(check.record(enforcement::not_enforced));
        CHECK_FALSE(check.record(enforcement::not_enforced));
        CHECK(check.state() == before);
        // The API server has the policy now.
        CHECK(check.record(enforcement::enforced) == !was_enforced);

        CHECK_FALSE(check.record(enforcement::not_enforced));
        CHECK_FALSE(check.record(enforcement::not_enforced));
        CHECK_FALSE(check.record(enforcement::unknown));
        CHECK(check.record(enforcement::not_enforced));
        CHECK(check.state() == enforcement::not_enforced);
    }
}

TEST_CASE("the next round comes soon until the policy is enforced, and then every five minutes") {
    admission_check check("Secrets");
    CHECK(check.interval() == std::chrono::seconds(30));
    check.record(enforcement::not_enforced);
    CHECK(check.interval() == std::chrono::seconds(5));
    check.record(enforcement::not_enforced);
    check.record(enforcement::not_enforced);
    CHECK(check.interval() == std::chrono::seconds(30));
    check.record(enforcement::not_enforced);
    CHECK(check.interval() == std::chrono::seconds(30));
    check.record(enforcement::enforced);
    CHECK(check.interval() == std::chrono::minutes(5));
    check.record(enforcement::not_enforced);
    CHECK(check.interval() == std::chrono::seconds(5));
}

TEST_CASE("the problem names what is not limited, and what to do") {
    admission_check check("ServiceAccounts");
    CHECK(check.problem(false).reason.empty());
    const auto unknown = check.problem(true);
    CHECK(unknown.reason == "PolicyNotEnforced");
    CHECK(unknown.message.find("not known") != std::string::npos);
    CHECK(unknown.message.find("no ServiceAccounts are written") != std::string::npos);

    record_not_enforced(check);
    const auto open = check.problem(false);
    CHECK(open.reason == "PolicyNotEnforced");
    CHECK(open.message.find("writes of ServiceAccounts") != std::string::npos);
    CHECK(open.message.find("'kubectl apply -k deploy/'") != std::string::npos);
    CHECK(open.message.find("--require-admission-policy") == std::string::npos);
    CHECK(check.problem(true).message.find("--require-admission-policy") != std::string::npos);

    check.record(enforcement::enforced);
    CHECK(check.problem(false).reason.empty());
    CHECK(check.problem(true).reason.empty());
}
