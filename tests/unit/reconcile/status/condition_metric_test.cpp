// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_metric.hpp"

#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

using samples = runtime::metrics_registry::samples;

TEST_CASE("each condition of each RegistryCredential is a sample until the object is gone") {
    build::cluster_fixture f;
    auto object = build::wants("hub", "login");
    object.status.conditions = {{.type = "Ready",
                                 .status = "True",
                                 .reason = "Synced",
                                 .message = {},
                                 .observed_generation = 1,
                                 .last_transition_time = {}}};
    f.add_credential(object);
    object.meta.name = "another";
    object.meta.uid = "uid-another";
    object.status.conditions.front().status = "False";
    f.add_credential(object);
    CHECK(reconcile::condition_samples(f.state) ==
          samples{{{"another", "Ready", "False"}, 1.0}, {{"hub", "Ready", "True"}, 1.0}});
    f.remove_credential("another");
    CHECK(reconcile::condition_samples(f.state) == samples{{{"hub", "Ready", "True"}, 1.0}});
}
