// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/failure_cause.hpp"

#include <doctest/doctest.h>

namespace reasons = reconcile::reasons;

namespace {

const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};

}  // namespace

TEST_CASE("the message of DeletionGuard names the object, the limit and what to do") {
    reconcile::deletion_guard guard;
    constexpr reconcile::removal_words words{
        .kind = "Secret", .held = "not deleted yet", .removes = "deletes the Secrets"};
    const auto held = reconcile::held_by_guard(words, key, 100, guard);
    CHECK(held.reason == reasons::deletion_guard);
    CHECK(held.message ==
          "Secret team-a/regcred not deleted yet: its namespace is no longer selected, and such removals are "
          "held back because more than 20 Secrets were affected within a minute and no change of a spec "
          "asked for that; regcred deletes the Secrets when two lists of all namespaces, 30 s apart, agree. "
          "To keep them, restore the namespaces' labels and opt-out annotations, or set spec.suspend: true");
}

TEST_CASE("the message of Contended names the object and what to do about the other writer") {
    const auto changed = reconcile::contended("imagePullSecrets of ServiceAccount", key);
    CHECK(changed.reason == reasons::contended);
    CHECK(changed.message ==
          "imagePullSecrets of ServiceAccount team-a/regcred keeps being changed by another writer; find and "
          "stop that writer, or exclude the namespace");
}
