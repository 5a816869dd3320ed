// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/wish.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

using reconcile::removal_is_asked_for;
using reconcile::specs_of;
using reconcile::wish_of;

namespace {

std::shared_ptr<const v1alpha1::registry_credential> at_generation(const char* name,
                                                                   std::int64_t generation) {
    auto object = build::credential(name);
    object.meta.generation = generation;
    return build::shared(std::move(object));
}

/// Nobody wants the Secret any more that these objects had made.
reconcile::cell_view unwanted(const reconcile::contributor_list& makers) {
    reconcile::cell_view view;
    view.where = build::here;
    view.present = std::make_shared<const reconcile::observed_secret>(build::copy(makers, "{}"));
    view.owners = makers;
    return view;
}

}  // namespace

TEST_CASE("a wish is another when the document, an object or a spec is another") {
    reconcile::cell_view view;
    view.contributors = {at_generation("a", 1)};
    view.desired = build::desired("{}");
    const auto before = wish_of(view);
    CHECK(wish_of(view) == before);

    auto other = view;
    other.desired = build::desired("{ }");
    CHECK(wish_of(other) != before);
    other = view;
    other.contributors = {at_generation("a", 2)};
    CHECK(wish_of(other) != before);
    other.contributors = {at_generation("b", 1)};
    CHECK(wish_of(other) != before);
}

TEST_CASE("specs are told apart by object and generation, not by order, and are never 0") {
    const auto a = at_generation("a", 1);
    const auto b = at_generation("b", 1);
    CHECK(specs_of({a, b}) == specs_of({b, a}));
    CHECK(specs_of({a, b}) != specs_of({a}));
    CHECK(specs_of({a}) != specs_of({at_generation("a", 2)}));
    CHECK(specs_of({}) != 0);
}

TEST_CASE("a removal is asked for by a changed spec and by the end of an object, and by nothing else") {
    const auto a = at_generation("a", 1);
    const auto b = at_generation("b", 1);
    CHECK_FALSE(removal_is_asked_for(unwanted({a, b}), specs_of({a, b})));
    CHECK(removal_is_asked_for(unwanted({at_generation("a", 2), b}), specs_of({a, b})));

    auto ended = unwanted({a, b});
    ended.owners = {a};
    CHECK(removal_is_asked_for(ended, specs_of({a, b})));
    CHECK(removal_is_asked_for(ended, 0));
}

TEST_CASE("what is not known, as after a start, asks for nothing") {
    CHECK_FALSE(removal_is_asked_for(unwanted({at_generation("a", 2)}), 0));
}
