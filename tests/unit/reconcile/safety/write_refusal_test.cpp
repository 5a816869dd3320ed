// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/write_refusal.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

using kube::error_kind;
using reconcile::next_step;

namespace {

struct example {
    const char* what;
    error_kind kind;
    const char* message;
    const char* details_kind;
    const char* cause;
    next_step next;
    std::string_view reason;
};

kube::error make(const example& row) {
    kube::error e(row.kind, row.message);
    e.details_kind = row.details_kind;
    if (*row.cause != '\0') e.causes.push_back({.reason = row.cause, .field = {}, .message = {}});
    return e;
}

}  // namespace

TEST_CASE("a namespace that the platform manages is to be excluded, and no ClusterRole helps") {
    const kube::error warden(
        error_kind::forbidden,
        "secrets is forbidden: GKE Warden authz [denied by managed-namespaces-limitation]");
    const auto refusal = reconcile::classify_refusal(warden, "create");
    CHECK(refusal.message.ends_with(
        "; the platform manages this namespace: add it to spec.namespaces.exclude"));
    CHECK(refusal.message.find("rbac.yaml") == std::string::npos);
}

TEST_CASE("classify_refusal gives the next step and the reason") {
    const example table[] = {
        {"the namespace is terminating",
         error_kind::forbidden,
         "secrets \"regcred\" is forbidden: unable to create new content in namespace n because it is being "
         "terminated",
         "secrets",
         "NamespaceTerminating",
         next_step::drop,
         ""},
        {"the namespace is gone",
         error_kind::not_found,
         "namespaces \"n\" not found",
         "namespaces",
         "",
         next_step::drop,
         ""},
        {"the Secret is gone",
         error_kind::not_found,
         "secrets \"regcred\" not found",
         "secrets",
         "",
         next_step::read_back,
         ""},
        {"another writer was faster",
         error_kind::already_exists,
         "secrets \"regcred\" already exists",
         "secrets",
         "",
         next_step::read_back,
         ""},
        {"a stale version",
         error_kind::conflict,
         "the object has been modified",
         "secrets",
         "",
         next_step::read_back,
         ""},
        {"quota",
         error_kind::forbidden,
         "secrets \"regcred\" is forbidden: exceeded quota: q, requested: secrets=1",
         "secrets",
         "",
         next_step::await_operator,
         "QuotaExceeded"},
        {"quota not counted yet",
         error_kind::forbidden,
         "secrets \"regcred\" is forbidden: status unknown for quota: q",
         "secrets",
         "",
         next_step::await_operator,
         "QuotaExceeded"},
        {"RBAC",
         error_kind::forbidden,
         "secrets is forbidden: User \"system:serviceaccount:a:b\" cannot create resource \"secrets\" in API "
         "group \"\"",
         "secrets",
         "",
         next_step::await_operator,
         "Forbidden"},
        {"a namespace that GKE Autopilot manages",
         error_kind::forbidden,
         "secrets is forbidden: User \"system:serviceaccount:a:b\" cannot create resource \"secrets\" in API "
         "group \"\" in the namespace \"gke-gmp-system\": GKE Warden authz [denied by "
         "managed-namespaces-limitation]: the namespace \"gke-gmp-system\" is managed",
         "secrets",
         "",
         next_step::await_operator,
         "Denied"},
        {"a policy",
         error_kind::invalid,
         "secrets \"regcred\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "
         "no",
         "secrets",
         "",
         next_step::await_operator,
         "Denied"},
        {"a policy that answers 403",
         error_kind::forbidden,
         "secrets \"regcred\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: "
         "no",
         "secrets",
         "",
         next_step::await_operator,
         "Denied"},
        {"a webhook with a code of its own",
         error_kind::other,
         "admission webhook \"w\" denied the request: no",
         "",
         "",
         next_step::await_operator,
         "Denied"},
        {"a webhook that is down",
         error_kind::server,
         "Internal error occurred: failed calling webhook \"w\": connection refused",
         "",
         "",
         next_step::back_off,
         "Denied"},
        {"the server is busy",
         error_kind::too_many_requests,
         "Too many requests",
         "",
         "",
         next_step::back_off,
         "ServerUnavailable"},
        {"no answer",
         error_kind::no_response,
         "connect: timed out",
         "",
         "",
         next_step::back_off,
         "ServerUnavailable"},
        {"too large",
         error_kind::too_large,
         "Request entity too large",
         "",
         "",
         next_step::await_operator,
         "SourceTooLarge"},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        const auto judged = reconcile::classify_refusal(make(row), "create");
        CHECK(judged.next == row.next);
        CHECK(judged.reason == row.reason);
        CHECK(judged.message.empty() == row.reason.empty());
    }
}

TEST_CASE("the message of a refusal names the verb and the error") {
    const auto judged = reconcile::classify_refusal({error_kind::forbidden, "exceeded quota: q"}, "update");
    CHECK(judged.message.find("not updated: ") == 0);
    CHECK(judged.message.find("exceeded quota: q") != std::string::npos);
}

TEST_CASE("the message about a webhook that does not answer names it, and what to do") {
    const kube::error error(
        error_kind::server,
        "Internal error occurred: failed calling webhook \"w\": context deadline exceeded");
    CHECK(reconcile::classify_refusal(error, "create").message ==
          "not created: " + error.message + "; repair or remove that admission webhook");
}

TEST_CASE("operator_action_backoff grows from a second to five minutes") {
    using namespace std::chrono_literals;
    CHECK(reconcile::operator_action_backoff(0) == 1s);
    CHECK(reconcile::operator_action_backoff(1) == 2s);
    CHECK(reconcile::operator_action_backoff(8) == 256s);
    CHECK(reconcile::operator_action_backoff(9) == 5min);
    CHECK(reconcile::operator_action_backoff(1'000'000) == 5min);
}

TEST_CASE("back_off retries soon or after Retry-After, await_operator with its own backoff") {
    using namespace std::chrono_literals;
    kube::error error(error_kind::server, "no");
    const auto after = [&](next_step next, unsigned failures) {
        const auto outcome =
            reconcile::retry_after_refusal({.next = next, .reason = "R", .message = {}}, error, failures);
        CHECK(outcome.kind() == runtime::outcome_kind::retry);
        return outcome.delay();
    };
    CHECK(after(next_step::back_off, 3) == 0s);
    CHECK(after(next_step::await_operator, 3) == 8s);
    error.retry_after = 7s;
    CHECK(after(next_step::back_off, 3) == 7s);
    CHECK(after(next_step::await_operator, 3) == 8s);
}

TEST_CASE("a failed read is Forbidden or ServerUnavailable, and never drops the object") {
    for (const auto kind : {error_kind::not_found,
                            error_kind::no_response,
                            error_kind::malformed,
                            error_kind::conflict,
                            error_kind::server}) {
        const auto why = reconcile::classify_read_failure(kube::error(kind, "something"));
        CHECK(why.next == next_step::back_off);
        CHECK(why.reason == "ServerUnavailable");
        CHECK(why.message == "not read: something");
    }
    const auto forbidden = reconcile::classify_read_failure(kube::error(error_kind::forbidden, "no"));
    CHECK(forbidden.next == next_step::await_operator);
    CHECK(forbidden.reason == "Forbidden");
}
