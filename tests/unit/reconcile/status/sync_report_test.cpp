// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/sync_report.hpp"

#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::credential_event;
using reconcile::sync_cause;

TEST_CASE("what is left is what the status counts neither as synced nor as failed") {
    build::cluster_fixture f;
    v1alpha1::registry_credential_status status;
    status.namespaces = {.selected = 10, .synced = 6, .failed = 1};
    const auto rest = rest_of(status, f.queues);
    CHECK(rest.pending == 3);
    CHECK(rest.failed == 1);
    CHECK(rest.queue_is_empty);
    status.namespaces = {.selected = 1, .synced = 1, .failed = 2};  // two cannot be deleted elsewhere
    CHECK(rest_of(status, f.queues).pending == 0);
}

TEST_CASE("bulk work that waits or runs is left too, and urgent work that waits is not") {
    build::cluster_fixture f;
    f.queues.secrets.add({.namespace_name = "a", .name = "regcred"}, runtime::priority::urgent);
    CHECK(rest_of({}, f.queues).queue_is_empty);
    f.queues.secrets.add({.namespace_name = "b", .name = "regcred"}, runtime::priority::bulk);
    CHECK_FALSE(rest_of({}, f.queues).queue_is_empty);
    f.clear_queues();
    f.queues.secrets.add({.namespace_name = "b", .name = "regcred"}, runtime::priority::bulk);
    CHECK(f.queues.secrets.queue().take(runtime::time_point::max()));
    CHECK_FALSE(rest_of({}, f.queues).queue_is_empty);
}

TEST_CASE("an Event about Secrets says how long all took since what, and how many failed") {
    struct row {
        sync_cause cause;
        std::size_t failed;
        std::string added;
    };
    const std::vector<row> rows{
        {sync_cause::source_changed, 0, "a source changed; no namespace failed"},
        {sync_cause::created, 1, "the RegistryCredential was created; 1 namespace failed"},
        {sync_cause::spec_changed, 2, "the spec changed; 2 namespaces failed"},
        {sync_cause::started, 0, "this controller began to write; no namespace failed"},
    };
    for (const auto& row : rows) {
        std::vector<credential_event> events{
            {.warning = false, .reason = "Updated", .action = "UpdateSecret", .note = "Updated"},
            {.warning = false, .reason = "X", .action = "PatchServiceAccount", .note = "Added"}};
        add_result(events, {.cause = row.cause, .written = 5, .failed = row.failed, .duration = 1234ms});
        CHECK(events[0].note == "Updated; the last one 1.23 s after " + row.added);
        CHECK(events[1].note == "Added");
    }
}
