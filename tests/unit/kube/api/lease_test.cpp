// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/lease.hpp"

#include "support/print_result.hpp"
#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

namespace {

constexpr const char* stored =
    R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1",
        "metadata":{"name":"regcred-controller","namespace":"regcred-system","uid":"u1","resourceVersion":"7"},
        "spec":{"holderIdentity":"host_1","leaseDurationSeconds":15,"acquireTime":"2026-01-31T23:59:59.000001Z",
                "renewTime":"2026-02-01T00:00:01.000002Z","leaseTransitions":4}})";

}  // namespace

TEST_CASE("a Lease is read with the fields that leader election uses") {
    const auto lease = kube::read_lease(parsed(stored));
    REQUIRE(lease);
    CHECK(lease->meta.resource_version == "7");
    CHECK(lease->spec == kube::lease_spec{.holder_identity = "host_1",
                                          .lease_duration_seconds = 15,
                                          .acquire_time = "2026-01-31T23:59:59.000001Z",
                                          .renew_time = "2026-02-01T00:00:01.000002Z",
                                          .lease_transitions = 4});
}

TEST_CASE("a spec is written as it is read") {
    CHECK(kube::write_lease_spec(kube::read_lease(parsed(stored))->spec) == parsed(stored).at("spec"));
}

TEST_CASE("a Lease may lack its spec and each field of it") {
    const auto lease = kube::read_lease(parsed(
        R"({"metadata":{"name":"a","uid":"u1","resourceVersion":"7"},"spec":{"holderIdentity":null}})"));
    REQUIRE(lease);
    CHECK(lease->spec == kube::lease_spec{});
    CHECK(kube::read_lease(parsed(R"({"metadata":{"name":"a","uid":"u1","resourceVersion":"7"}})")));
}

TEST_CASE("an object that is no Lease, and a field of another type, are malformed") {
    for (const char* text : {R"({"kind":"Secret","metadata":{"name":"a","uid":"u1","resourceVersion":"7"}})",
                             R"({"metadata":{"name":"a"}})",
                             R"({"metadata":{"name":"a","uid":"u1","resourceVersion":"7"},"spec":[]})",
                             R"({"metadata":{"name":"a","uid":"u1","resourceVersion":"7"},
                                 "spec":{"holderIdentity":1}})",
                             R"({"metadata":{"name":"a","uid":"u1","resourceVersion":"7"},
                                 "spec":{"leaseTransitions":"1"}})"}) {
        CAPTURE(text);
        const auto lease = kube::read_lease(parsed(text));
        REQUIRE_FALSE(lease);
        CHECK(lease.error().kind == kube::error_kind::malformed);
    }
}
