// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/contributors.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

using reconcile::spec_of;
using reconcile::specs_of;

namespace {

std::shared_ptr<const v1alpha1::registry_credential> at_generation(const char* name,
                                                                   std::int64_t generation) {
    auto object = build::credential(name);
    object.meta.generation = generation;
    return build::shared(std::move(object));
}

}  // namespace

TEST_CASE("specs_of depends on UID and generation, not on the order, and is never 0") {
    const auto a = at_generation("a", 1);
    const auto b = at_generation("b", 1);
    CHECK(specs_of({a, b}) == specs_of({b, a}));
    CHECK(specs_of({a, b}).size() == 2);
    CHECK(specs_of({a, b}) != specs_of({a}));
    CHECK(specs_of({a}) != specs_of({at_generation("a", 2)}));
    CHECK(spec_of(*a) != 0);
    CHECK(specs_of({}).empty());
}

TEST_CASE("the older object precedes, then the smaller UID") {
    auto older = build::meta("z");
    auto younger = build::meta("a");
    younger.creation_timestamp = "2026-01-02T00:00:00Z";
    CHECK(reconcile::precedes(older, younger));
    CHECK_FALSE(reconcile::precedes(younger, older));
    const auto a = build::meta("a");
    const auto b = build::meta("b");
    CHECK(reconcile::precedes(a, b));
    CHECK_FALSE(reconcile::precedes(b, a));
    CHECK_FALSE(reconcile::precedes(a, a));
}
