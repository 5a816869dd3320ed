// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_view.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

using reconcile::desired_fingerprint;
using names = std::vector<std::string>;
using name_set = std::set<std::string>;

namespace {

/// A Secret that `makers` had made, of which `living` still exist, and that `wanting` want now.
reconcile::secret_view view_of(const names& makers, const names& living, const names& wanting) {
    const auto objects = [](const names& all) {
        reconcile::contributor_list list;
        for (const auto& name : all)
            list.push_back(build::shared(build::credential(name)));
        return list;
    };
    reconcile::secret_view view;
    view.key = build::here;
    view.present = std::make_shared<const reconcile::observed_secret>(build::copy(objects(makers), "{}"));
    view.owners = objects(living);
    view.contributors = objects(wanting);
    return view;
}

}  // namespace

TEST_CASE("acting_credentials are those that want the Secret, else its owners") {
    CHECK(reconcile::acting_credentials(view_of({"a", "b"}, {"a", "b"}, {"b", "c"})) == names{"b", "c"});
    CHECK(reconcile::acting_credentials(view_of({"a", "b"}, {"a"}, {})) == names{"a"});
}

TEST_CASE(
    "affected_credentials are those that want the Secret and its owners, all_credentials also deleted "
    "owners") {
    CHECK(reconcile::affected_credentials(view_of({"a", "b"}, {"a", "b"}, {"b", "c"})) ==
          name_set{"a", "b", "c"});
    CHECK(reconcile::all_credentials(view_of({"a", "b"}, {"b"}, {"c"})) == name_set{"a", "b", "c"});
}

TEST_CASE("an absent Secret affects those that want it") {
    reconcile::secret_view view;
    view.contributors = {build::shared(build::credential("a"))};
    CHECK(reconcile::acting_credentials(view) == names{"a"});
    CHECK(reconcile::all_credentials(view) == name_set{"a"});
}

TEST_CASE("has_lost_owner finds deleted owners in ownerReferences and in the annotation") {
    CHECK_FALSE(reconcile::has_lost_owner(view_of({"a", "b"}, {"a", "b"}, {})));
    CHECK(reconcile::has_lost_owner(view_of({"a", "b"}, {"b"}, {})));
    auto retained = view_of({}, {}, {});
    reconcile::observed_secret copy;
    copy.meta.annotations.emplace("regcred.dev/owner", "uid-a,uid-b");
    retained.present = std::make_shared<const reconcile::observed_secret>(std::move(copy));
    retained.owners = {build::shared(build::credential("a"))};
    CHECK(reconcile::has_lost_owner(retained));
    CHECK_FALSE(reconcile::has_lost_owner(reconcile::secret_view{}));
}

TEST_CASE("desired_fingerprint changes with the document, the object and the spec") {
    reconcile::secret_view view;
    const auto at_generation = [](const char* name, std::int64_t generation) {
        auto object = build::credential(name);
        object.meta.generation = generation;
        return build::shared(std::move(object));
    };
    view.contributors = {at_generation("a", 1)};
    view.desired = build::desired("{}");
    const auto before = desired_fingerprint(view);
    CHECK(desired_fingerprint(view) == before);

    auto other = view;
    other.desired = build::desired("{ }");
    CHECK(desired_fingerprint(other) != before);
    other = view;
    other.contributors = {at_generation("a", 2)};
    CHECK(desired_fingerprint(other) != before);
    other.contributors = {at_generation("b", 1)};
    CHECK(desired_fingerprint(other) != before);
}
