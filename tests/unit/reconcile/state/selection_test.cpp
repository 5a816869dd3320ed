// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/selection.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using reconcile::select;
using reconcile::selection;

namespace {

constexpr auto own = "regcred-system";

struct example {
    const char* what;
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    const char* name;
    selection expected;
};

}  // namespace

TEST_CASE("include and exclude are globs over the whole name, and exclude wins") {
    const std::vector<example> table{
        {"a glob selects", {"team-*"}, {}, "team-a", selection::selected},
        {"a glob is anchored at both ends", {"team-*"}, {}, "my-team-a", selection::not_included},
        {"a literal name selects", {"payments"}, {}, "payments", selection::selected},
        {"any of several globs selects", {"x", "pay*"}, {}, "payments", selection::selected},
        {"a question mark is one character", {"team-?"}, {}, "team-ab", selection::not_included},
        {"exclude beats a glob", {"*"}, {"*-sandbox"}, "a-sandbox", selection::excluded},
        {"exclude beats a literal name", {"a-sandbox"}, {"*-sandbox"}, "a-sandbox", selection::excluded},
        {"no rule at all selects nothing", {}, {}, "team-a", selection::not_included},
        {"* leaves out kube-system", {"*"}, {}, "kube-system", selection::system_namespace},
        {"* leaves out kube-public", {"*"}, {}, "kube-public", selection::system_namespace},
        {"* leaves out kube-node-lease", {"*"}, {}, "kube-node-lease", selection::system_namespace},
        {"* leaves out the controller's own", {"*"}, {}, own, selection::system_namespace},
        {"a narrower glob leaves them out too", {"kube-*"}, {}, "kube-system", selection::system_namespace},
        {"a literal name selects a system namespace",
         {"*", "kube-system"},
         {},
         "kube-system",
         selection::selected},
        {"* selects default", {"*"}, {}, "default", selection::selected},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        v1alpha1::namespace_selection rules;
        rules.include = row.include;
        rules.exclude = row.exclude;
        CHECK(select(rules, build::meta(row.name), own) == row.expected);
    }
}

TEST_CASE("a selector is ANDed with include, and selects alone when include is absent") {
    v1alpha1::namespace_selection rules;
    rules.selector = build::labels({{"pull", "private"}});
    const auto labelled = build::live_namespace("team-a", {{"pull", "private"}}).meta;
    const auto plain = build::meta("team-a");

    CHECK(select(rules, labelled, own) == selection::selected);
    CHECK(select(rules, plain, own) == selection::labels_differ);

    rules.include = {"team-*"};
    CHECK(select(rules, labelled, own) == selection::selected);
    CHECK(select(rules, plain, own) == selection::labels_differ);
    rules.include = {"other-*"};
    CHECK(select(rules, labelled, own) == selection::not_included);
}

TEST_CASE("a selector alone never selects a system namespace, whatever its labels") {
    v1alpha1::namespace_selection rules;
    rules.selector = build::labels({{"pull", "private"}});
    const auto system = build::live_namespace("kube-system", {{"pull", "private"}}).meta;
    CHECK(select(rules, system, own) == selection::system_namespace);
}

TEST_CASE("the opt-out annotation and termination override every rule, also a literal name") {
    v1alpha1::namespace_selection rules;
    rules.include = {"team-a"};
    auto meta = build::meta("team-a");
    meta.annotations.emplace("regcred.dev/opt-out", "true");
    CHECK(select(rules, meta, own) == selection::opted_out);

    meta.annotations["regcred.dev/opt-out"] = "false";
    CHECK(select(rules, meta, own) == selection::selected);

    meta.deleting = true;
    CHECK(select(rules, meta, own) == selection::terminating);
}
