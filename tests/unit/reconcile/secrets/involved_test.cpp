// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/involved.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

using names = std::vector<std::string>;
using name_set = std::set<std::string>;

namespace {

/// A Secret that `makers` had made, of which `living` still exist, and that `wanting` want now.
reconcile::cell_view view_of(const names& makers, const names& living, const names& wanting) {
    const auto objects = [](const names& all) {
        reconcile::contributor_list list;
        for (const auto& name : all)
            list.push_back(build::shared(build::credential(name)));
        return list;
    };
    reconcile::cell_view view;
    view.where = build::here;
    view.present = std::make_shared<const reconcile::observed_secret>(build::copy(objects(makers), "{}"));
    view.owners = objects(living);
    view.contributors = objects(wanting);
    return view;
}

}  // namespace

TEST_CASE("behind a Secret are those that want it, else those that had it made") {
    CHECK(reconcile::names_behind(view_of({"a", "b"}, {"a", "b"}, {"b", "c"})) == names{"b", "c"});
    CHECK(reconcile::names_behind(view_of({"a", "b"}, {"a"}, {})) == names{"a"});
}

TEST_CASE("a log names the dead when nobody else is left") {
    CHECK(reconcile::shown_names(view_of({"a", "b"}, {}, {})) == "a,b");
    CHECK(reconcile::shown_names(view_of({"a", "b"}, {"b"}, {})) == "b");
}

TEST_CASE("a Secret concerns those that want it and those that want it no more") {
    CHECK(reconcile::concerned_by(view_of({"a", "b"}, {"a", "b"}, {"b", "c"})) == name_set{"a", "b", "c"});
    CHECK(reconcile::all_names(view_of({"a", "b"}, {"b"}, {"c"})) == name_set{"a", "b", "c"});
}

TEST_CASE("where no Secret is, those that want one are all") {
    reconcile::cell_view view;
    view.contributors = {build::shared(build::credential("a"))};
    CHECK(reconcile::names_behind(view) == names{"a"});
    CHECK(reconcile::all_names(view) == name_set{"a"});
}
