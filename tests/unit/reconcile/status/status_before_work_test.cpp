// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status_before_work.hpp"

#include "kube/api/condition.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using reconcile::watched;

const std::string now = "2026-03-01T10:00:00Z";

struct fixture : build::cluster_fixture {
    fixture() {
        object.meta.generation = 4;
        object.status.observed_generation = 3;
        object.status.summary = "3/3";
        for (const char* type : {"Reconciling", "Stalled"}) {
            kube::set_condition(object.status.conditions,
                                {.type = type,
                                 .status = "True",
                                 .reason = "Conflict",
                                 .message = {},
                                 .observed_generation = 3,
                                 .last_transition_time = {}},
                                "2026-01-01T00:00:00Z");
        }
    }
    std::string show(const char* type) {
        const auto status = status_before_work(object, state, now);
        CHECK(status.summary == "3/3");
        CHECK(status.observed_generation == 4);
        const auto* found = kube::find_condition(status.conditions, type);
        return found == nullptr ? "absent" : found->status + " " + found->reason + ": " + found->message;
    }

    v1alpha1::registry_credential object = build::credential("hub");
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "before work begins the status stays if no watch has a fault") {
    CHECK(status_before_work(object, state, now) == object.status);
}

TEST_CASE_FIXTURE(fixture, "before work begins the status shows a denied watch of sources") {
    state.set_watch_fault(watched::sources, {.reason = "Forbidden", .message = "sources"});
    state.set_watch_fault(watched::namespaces, {.reason = "ServerUnavailable", .message = "namespaces"});
    for (const char* type : {"Ready", "Synced", "SourcesValid"})
        CHECK(show(type) == "False Forbidden: sources");
    CHECK(show("Stalled") == "True Forbidden: sources");
    CHECK(show("Reconciling") == "absent");
}

TEST_CASE_FIXTURE(fixture, "before work begins the status shows a watch of namespaces that fails") {
    state.set_watch_fault(watched::namespaces, {.reason = "ServerUnavailable", .message = "namespaces"});
    CHECK(show("Ready") == "False ServerUnavailable: namespaces");
    CHECK(show("SourcesValid") == "Unknown ServerUnavailable: namespaces");
    CHECK(show("Reconciling") == "True ServerUnavailable: namespaces");
    CHECK(show("Stalled") == "absent");
}
