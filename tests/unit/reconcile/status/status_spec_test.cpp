// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>

// A spec that this version of the controller refuses, which an older CRD let through.

namespace {

constexpr auto now = "2026-05-01T10:00:00Z";

kube::condition get(const v1alpha1::registry_credential_status& status, std::string_view type) {
    const auto found = std::ranges::find(status.conditions, type, &kube::condition::type);
    return found == status.conditions.end() ? kube::condition{} : *found;
}

/// Whatever is known of the other contributors: every copy is as it should be.
reconcile::credential_report all_synced() {
    reconcile::credential_report report;
    report.source_count = 1;
    report.registries = {"quay.io"};
    report.selected = report.synced = 3;
    return report;
}

}  // namespace

TEST_CASE("an object with an invalid spec has the reason SpecInvalid until it is corrected, and is Stalled") {
    auto object = build::credential("hub");
    object.spec_fault = "spec.sources: required";
    const auto status = reconcile::compute_status(object, all_synced(), now);
    for (const char* type : {"SourcesValid", "Synced", "Ready"}) {
        CAPTURE(type);
        CHECK(get(status, type).status == "False");
        CHECK(get(status, type).reason == "SpecInvalid");
        CHECK(get(status, type).message ==
              "spec.sources: required; its entries in existing Secrets stay as they are until the spec is "
              "corrected");
    }
    CHECK(get(status, "Stalled").status == "True");
    CHECK(get(status, "Stalled").reason == "SpecInvalid");
    CHECK(get(status, "Reconciling").status.empty());

    object.status = status;
    object.spec_fault.clear();
    const auto mended = reconcile::compute_status(object, all_synced(), now);
    CHECK(get(mended, "Ready").status == "True");
    CHECK(get(mended, "Stalled").status.empty());
}
