// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/credential_metrics.hpp"

#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

const runtime::wall_time now{std::chrono::seconds(1'800'000'000)};

v1alpha1::registry_credential_status with_ready(const std::string& status, const std::string& since) {
    v1alpha1::registry_credential_status made;
    made.conditions = {{.type = "Ready",
                        .status = status,
                        .reason = {},
                        .message = {},
                        .observed_generation = 1,
                        .last_transition_time = since}};
    return made;
}

}  // namespace

TEST_CASE("the last success is now while Ready is True, and then when it stopped being True") {
    CHECK(reconcile::last_success(with_ready("True", "2026-01-01T00:00:00Z"), now) == 1'800'000'000);
    CHECK(reconcile::last_success(with_ready("False", "1970-01-01T00:10:00Z"), now) == 600);
    CHECK(reconcile::last_success(with_ready("False", "soon"), now) == 0);
    CHECK(reconcile::last_success({}, now) == 0);
}

TEST_CASE("each RegistryCredential has its numbers, as its status tells them, until it is gone") {
    build::cluster_fixture f;
    runtime::metrics_registry metrics;
    reconcile::register_credential_metrics(metrics, f.state, [] { return now; });
    auto hub = build::wants("hub", "login");
    hub.status = with_ready("True", "2026-01-01T00:00:00Z");
    hub.status.namespaces = {.selected = 12, .synced = 9, .failed = 2};
    hub.status.pull_failures = 3;
    f.add_credential(hub);
    hub.meta.name = "another";
    hub.meta.uid = "uid-another";
    hub.status.pull_failures = std::nullopt;
    f.add_credential(hub);
    const auto says = [&](const std::string& sample) {
        return metrics.text().find("\nregcred_registrycredential_" + sample + "\n") != std::string::npos;
    };
    CHECK(says(R"(namespaces_selected{name="hub"} 12)"));
    CHECK(says(R"(namespaces_synced{name="hub"} 9)"));
    CHECK(says(R"(namespaces_failed{name="hub"} 2)"));
    CHECK(says(R"(pull_failures{name="hub"} 3)"));
    CHECK(says(R"(last_success_timestamp_seconds{name="another"} 1800000000)"));
    CHECK(says(R"(condition{name="hub",type="Ready",status="True"} 1)"));
    CHECK(metrics.text().find(R"(pull_failures{name="another"})") == std::string::npos);
    f.remove_credential("hub");
    CHECK(metrics.text().find(R"("hub")") == std::string::npos);
}
