// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/contributors.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <utility>

using reconcile::account_selection_of;
using reconcile::account_selections_of;
using reconcile::merge_selections;
using reconcile::selection_of;
using reconcile::selections_of;
using reconcile::spec_before_edit;
using reconcile::spec_of;

namespace {

std::shared_ptr<const v1alpha1::registry_credential> at_generation(const char* name,
                                                                   std::int64_t generation) {
    auto object = build::credential(name);
    object.meta.generation = generation;
    return build::shared(std::move(object));
}

}  // namespace

TEST_CASE("spec_of depends on UID and generation") {
    CHECK(spec_of(*at_generation("a", 1)) == spec_of(*at_generation("a", 1)));
    CHECK(spec_of(*at_generation("a", 1)) != spec_of(*at_generation("a", 2)));
    CHECK(spec_of(*at_generation("a", 1)) != spec_of(*at_generation("b", 1)));
}

TEST_CASE("selection_of changes with what decides about the namespaces of a Secret, and with nothing else") {
    const auto object = build::credential("a");
    const auto before = selection_of(object);
    auto same = object;
    same.meta.generation = 9;
    same.sources.front().secret_name = "other";
    same.suspend = true;
    same.service_accounts = {"default"};
    same.secret_name = "other";
    same.template_labels.emplace("team", "x");
    CHECK(selection_of(same) == before);
    CHECK(account_selection_of(same) != account_selection_of(object));
    for (auto* change : {+[](v1alpha1::registry_credential& each) { each.secret_name = "other"; },
                         +[](v1alpha1::registry_credential& each) { each.service_accounts = {"default"}; }}) {
        auto changed = object;
        change(changed);
        CHECK(account_selection_of(changed) != account_selection_of(object));
    }

    auto other = object;
    SUBCASE("another object") {
        other.meta.uid = "uid-b";
    }
    SUBCASE("include") {
        other.namespaces.include.emplace_back("team-a");
    }
    SUBCASE("a glob of include becomes one of exclude") {
        std::swap(other.namespaces.include, other.namespaces.exclude);
    }
    SUBCASE("exclude") {
        other.namespaces.exclude = {"team-a"};
    }
    SUBCASE("selector") {
        other.namespaces.selector = build::labels({{"pull", "private"}});
    }
    SUBCASE("an empty selector") {
        other.namespaces.selector = kube::label_selector{};
    }
    CHECK(selection_of(other) != before);
    CHECK(account_selection_of(other) != account_selection_of(object));
}

TEST_CASE("selection_of changes with the operator, the key and the values of a selector") {
    auto object = build::credential("a");
    object.namespaces.selector = build::labels({{"pull", "private"}});
    auto other = object;
    auto& requirement = other.namespaces.selector->requirements.front();
    SUBCASE("operator") {
        requirement.op = kube::selector_operator::not_in;
    }
    SUBCASE("key") {
        requirement.key = "other";
    }
    SUBCASE("values") {
        requirement.values = {"public"};
    }
    CHECK(selection_of(other) != selection_of(object));
}

TEST_CASE("selections_of does not depend on the order") {
    const auto a = at_generation("a", 1);
    const auto b = at_generation("b", 1);
    CHECK(selections_of({a, b}) == selections_of({b, a}));
    CHECK(selections_of({a, b}).size() == 2);
    CHECK(selections_of({a, b}) != selections_of({a}));
    CHECK(selections_of({}).empty());
    CHECK(account_selections_of({a, b}).size() == 2);
    CHECK(account_selections_of({a}) != selections_of({a}));
}

TEST_CASE("the spec before an edit is the recorded one if it has other rules") {
    const auto a = build::credential("a");
    const auto recorded = std::make_shared<const reconcile::selection_list>(
        selections_of({build::shared(a), at_generation("b", 1)}));
    CHECK(spec_before_edit(nullptr, selection_of(a)) == nullptr);
    CHECK(spec_before_edit(recorded, selection_of(a)) == nullptr);
    auto narrower = a;
    narrower.namespaces.include = {"team-a"};
    const auto* before = spec_before_edit(recorded, selection_of(narrower));
    REQUIRE(before != nullptr);
    CHECK(before->namespaces.include == a.namespaces.include);
    CHECK(spec_before_edit(recorded, selection_of(build::credential("c"))) == nullptr);
}

TEST_CASE("of a spec that is kept for long only the rules are kept") {
    auto object = build::credential("a");
    object.namespaces.exclude = {"team-b"};
    object.namespaces.selector = build::labels({{"pull", "private"}});
    object.service_accounts = {"default"};
    object.secret_name = "other";
    const auto kept = reconcile::with_rules_alone(selections_of({build::shared(object)}));
    CHECK(kept == selections_of({build::shared(object)}));
    REQUIRE(kept.front().spec != nullptr);
    const auto& rules = *kept.front().spec;
    CHECK(account_selection_of(rules).rules == account_selection_of(object).rules);
    CHECK(rules.sources.empty());
    CHECK(rules.meta.name.empty());
    CHECK(reconcile::with_rules_alone({{.object = 1, .rules = 2}}).front().spec == nullptr);
}

TEST_CASE("what is recorded of an object that may still lose something stays") {
    const auto a = build::credential("a");
    auto narrower = a;
    narrower.namespaces.include = {"team-a"};
    const auto now = selection_of(narrower);
    const auto recorded =
        std::make_shared<const reconcile::selection_list>(selections_of({build::shared(a)}));
    const auto b = selections_of({at_generation("b", 1)});
    const auto merged = merge_selections(b, {now}, recorded);
    CHECK(merged == selections_of({build::shared(a), at_generation("b", 1)}));
    CHECK(spec_before_edit(std::make_shared<const reconcile::selection_list>(merged), now) != nullptr);
    CHECK(merge_selections({now}, {now}, recorded) == reconcile::selection_list{now});
    CHECK(merge_selections({}, {now}, nullptr) == reconcile::selection_list{now});
    CHECK(merge_selections(b, {}, recorded) == b);
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
