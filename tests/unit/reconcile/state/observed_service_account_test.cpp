// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/observed_service_account.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::observe;
using reconcile::read_added;
using names = std::vector<std::string>;

namespace {

kube::service_account full(names listed, const std::string& annotation) {
    kube::service_account made{.meta = build::meta("default", "team-a"), .pull_secrets = std::move(listed)};
    made.meta.annotations.emplace(reconcile::added_annotation, annotation);
    made.meta.annotations.emplace("example.com/large", std::string(1000, 'x'));
    return made;
}

}  // namespace

TEST_CASE("of a ServiceAccount its identity, its list and our annotation are kept") {
    const auto kept = observe(full({"b", "a", "b"}, "regcred,other"));
    CHECK(kept.meta.name == "default");
    CHECK(kept.meta.namespace_name == "team-a");
    CHECK(kept.meta.uid == "uid-default");
    CHECK(kept.meta.resource_version == "7");
    CHECK(kept.listed == names{"b", "a", "b"});
    CHECK(kept.added == names{"other", "regcred"});
    CHECK_FALSE(kept.too_large);
}

TEST_CASE("a list that is too large is not kept") {
    CHECK_FALSE(observe(full(names(reconcile::most_listed, "a"), "")).too_large);
    for (const auto& list : {names(reconcile::most_listed + 1, "a"), names{std::string(254, 'a')}}) {
        const auto kept = observe(full(list, "regcred"));
        CHECK(kept.too_large);
        CHECK(kept.listed.empty());
        CHECK(kept.added == names{"regcred"});
    }
}

TEST_CASE("the annotation may hold anything, and names of Secrets are read from it") {
    std::string many;
    for (int n = 0; n < 1000; ++n)
        many += "name-" + std::to_string(n) + ",";
    const struct {
        std::string text;
        names read;
    } table[] = {
        {"", {}},
        {",", {}},
        {",,,a,,", {"a"}},
        {"b,a,b", {"a", "b"}},
        {"a, b", {"a"}},
        {"kube-system/a,../b,A,a_b,\n,\"a\"", {}},
        {std::string(254, 'a') + ",b", {"b"}},
        {std::string(1'000'000, ','), {}},
    };
    for (const auto& row : table) {
        CAPTURE(row.text.substr(0, 40));
        CHECK(read_added(row.text) == row.read);
    }
    CHECK(read_added(many).size() == reconcile::most_added);
    CHECK(read_added(reconcile::write_added({"a", "b"})) == names{"a", "b"});
}
