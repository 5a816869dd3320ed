// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/tenant_event.hpp"

#include "reconcile/state/reasons.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using reconcile::tenant_event;

namespace {

namespace reasons = reconcile::reasons;

const runtime::object_key secret{.namespace_name = "team-a", .name = "regcred"};

reconcile::failure problem(std::string_view reason, std::string message) {
    return {
        .reason = std::string(reason), .message = std::move(message), .since = {}, .credentials = {"hub"}};
}

runtime::time_point at(runtime::duration time) {
    return runtime::time_point{time};
}

}  // namespace

TEST_CASE("the Event of Conflict, Denied or QuotaExceeded says what the tenant can do") {
    const struct {
        std::string_view reason;
        std::string message;
        std::string note;
    } table[] = {
        {reasons::conflict,
         "Secret team-a/regcred exists and was not made by regcred; delete or rename it",
         "RegistryCredential hub: Secret team-a/regcred exists and was not made by regcred; delete or rename "
         "it"},
        {reasons::denied,
         "Secret team-a/regcred not created: admission webhook \"w\" denied the request: no",
         "RegistryCredential hub: Secret team-a/regcred not created: admission webhook \"w\" denied the "
         "request: no; ask whoever runs this admission webhook or policy to allow the Secret, or to repair "
         "the "
         "webhook if it does not answer"},
        {reasons::quota_exceeded,
         "Secret team-a/regcred not created: exceeded quota: few; raise the ResourceQuota or free a Secret",
         "RegistryCredential hub: Secret team-a/regcred not created: exceeded quota: few; raise the "
         "ResourceQuota or free a Secret"},
    };
    for (const auto& row : table) {
        CAPTURE(row.reason);
        const auto event = tenant_event(secret, problem(row.reason, row.message), "u1");
        REQUIRE(event);
        CHECK(event->reason == row.reason);
        CHECK(event->action == "Reconcile");
        CHECK(event->note == row.note);
        CHECK(event->type == kube::event_type::warning);
        CHECK(event->regarding == kube::object_reference{.api_version = "v1",
                                                         .kind = "Secret",
                                                         .namespace_name = "team-a",
                                                         .name = "regcred",
                                                         .uid = "u1"});
    }
}

TEST_CASE("a failure that only the cluster's administrator can correct has no Event for the tenant") {
    for (const auto reason : {reasons::forbidden,
                              reasons::server_unavailable,
                              reasons::source_invalid,
                              reasons::source_not_found,
                              reasons::secret_name_not_allowed,
                              reasons::contended,
                              reasons::deletion_guard,
                              reasons::suspended,
                              reasons::secret_terminating}) {
        CAPTURE(reason);
        CHECK_FALSE(tenant_event(secret, problem(reason, "why"), {}));
    }
}

TEST_CASE("an Event in a tenant's namespace names at most three RegistryCredentials") {
    auto shared = problem(reasons::conflict, "why");
    shared.credentials = {"a", "b", "c", "d", "e"};
    CHECK(tenant_event(secret, shared, {})->note == "RegistryCredentials a, b, c and 2 more: why");
    shared.credentials = {"a", "b", "c"};
    CHECK(tenant_event(secret, shared, {})->note == "RegistryCredentials a, b, c: why");
}

TEST_CASE("an Event of the same reason and message has the same identity, so that a restart repeats none") {
    const auto first = tenant_event(secret, problem(reasons::denied, "a"), {});
    REQUIRE(first->identity);
    CHECK(tenant_event(secret, problem(reasons::denied, "a"), {})->identity == first->identity);
    CHECK(tenant_event(secret, problem(reasons::denied, "b"), {})->identity != first->identity);
    CHECK(tenant_event(secret, problem(reasons::quota_exceeded, "a"), {})->identity != first->identity);
}

TEST_CASE("Events for tenants are due one by one, ten a second, each once") {
    reconcile::tenant_event_queue queue;
    CHECK(queue.due() == runtime::time_point::max());
    CHECK_FALSE(queue.take(at(1h)));
    queue.add(secret);
    queue.add({.namespace_name = "team-b", .name = "regcred"});
    queue.add(secret);
    CHECK(queue.due() <= at(1h));
    CHECK(queue.take(at(1h)) == secret);
    CHECK_FALSE(queue.take(at(1h + 99ms)));
    CHECK(queue.due() == at(1h + 100ms));
    CHECK(queue.take(at(1h + 100ms))->namespace_name == "team-b");
    CHECK_FALSE(queue.take(at(2h)));
    CHECK(queue.due() == runtime::time_point::max());
}
