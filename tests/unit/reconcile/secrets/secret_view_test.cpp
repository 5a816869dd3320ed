// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_view.hpp"

#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using reconcile::desired_fingerprint;
using reconcile::ownership;
using names = std::vector<std::string>;
using build::add_a;
using build::add_two;
using build::edit;
using build::lists;
using build::passwords;
using build::restart;
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
    view.contributors = objects(wanting);
    for (const auto& name : living) {
        if (std::ranges::find(wanting, name) == wanting.end())
            view.dropped.push_back(build::shared(build::credential(name)));
    }
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

TEST_CASE("owners that no longer want a Secret are dropped, and kept while the deletion guard holds them") {
    build::cluster_fixture f;
    add_two(f);
    const auto by_label = [](const char* name, const char* source) {
        auto object = build::wants(name, source, {});
        object.namespaces.selector = build::labels({{"pull", "private"}});
        return object;
    };
    f.add_namespace("team-a", {{"pull", "private"}});
    f.add_credential(by_label("a", "login-a"));
    f.apply_all();
    f.add_namespace("team-a");  // the label is gone, and "a" has the same spec
    const auto view = f.view(build::here);
    CHECK(view.unasked_losers == name_set{"uid-a"});
    REQUIRE(view.dropped.size() == 1);
    CHECK(view.dropped[0]->meta.name == "a");
    CHECK(view.kept.empty());
    CHECK_FALSE(view.lost_owner);
    CHECK(loses_entries(view));
    const auto held = view_secret(f.state, build::here, {.keep_unasked = true});
    CHECK(held.dropped.empty());
    CHECK(held.kept.size() == 1);
    CHECK(held.held.size() == 1);
    CHECK(keeps_entries(held));
    f.remove_credential("a");
    CHECK(f.view(build::here).lost_owner);
    CHECK_FALSE(f.view(build::here).unnamed_owner_lost);
}

TEST_CASE("a loss is asked for by an edit that deselects the namespace, and by no other change") {
    const auto by_label = [](const char* name, const char* source) {
        auto object = build::wants(name, source, {});
        object.namespaces.selector = build::labels({{"pull", "private"}});
        return object;
    };
    build::cluster_fixture f;
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.add_source("login-b", "ghcr.io", "CANARY-b");
    f.add_namespace("team-a", {{"pull", "private"}});
    f.add_credential(by_label("a", "login-a"));
    f.add_credential(by_label("b", "login-b"));
    f.apply_all();
    const auto names_of = [](const reconcile::contributor_list& objects) {
        name_set all;
        reconcile::add_names(all, objects);
        return all;
    };
    const auto elsewhere = [](auto& object) {
        object.namespaces = {};
        object.namespaces.include = {"team-b"};
    };
    const auto held = [&] { return view_secret(f.state, build::here, {.keep_unasked = true}); };

    SUBCASE("the label is removed while another owner is edited, before and after a failed write") {
        edit(f, "b", [](auto& object) { object.namespaces = build::credential("b").namespaces; });
        f.apply_all();  // "b" selects the namespace whatever its labels
        f.add_namespace("team-a");
        edit(f, "b", elsewhere);
        for (int round = 0; round < 2; ++round) {
            CHECK(f.view(build::here).unasked_losers == name_set{"uid-a"});
            CHECK(names_of(held().held) == name_set{"a"});
            CHECK(names_of(held().dropped) == name_set{"b"});
            CHECK(held().unasked_losers.empty());
            const auto known = f.state.results().find(build::here)->selections;
            f.state.results().failed(build::here,
                                     {.reason = "Denied", .message = {}, .since = {}, .credentials = {}},
                                     selections_of(f.view(build::here), known));
        }
    }
    SUBCASE("an edit of something else") {
        f.add_namespace("team-a");
        edit(f, "a", [](auto& object) { object.template_labels.emplace("team", "x"); });
        CHECK(names_of(held().held) == name_set{"a", "b"});
    }
    const auto exclude_another = [](auto& object) { object.namespaces.exclude.emplace_back("zzz-*"); };
    SUBCASE("the label is removed before or after an edit that excludes another namespace") {
        for (const bool first : {true, false}) {
            if (first) edit(f, "a", exclude_another);
            f.add_namespace("team-a");
            if (!first) edit(f, "a", exclude_another);
            CHECK(names_of(held().held) == name_set{"a", "b"});
            f.apply_all();
            f.add_namespace("team-a", {{"pull", "private"}});
            f.apply_all();
        }
    }
    SUBCASE("an owner opts out before an edit that deselects the namespace") {
        auto opted_out = build::live_namespace("team-a", {{"pull", "private"}});
        opted_out.meta.annotations.emplace("regcred.dev/opt-out", "true");
        opted_out.meta.resource_version = f.next_version();
        f.state.namespaces().upsert(std::move(opted_out));
        edit(f, "a", elsewhere);
        CHECK(names_of(held().held) == name_set{"a", "b"});
    }
    SUBCASE("an edit deselects the namespace, the next one excludes another") {
        edit(f, "a", elsewhere);
        edit(f, "a", exclude_another);
        CHECK(names_of(held().dropped) == name_set{"a"});
    }
    SUBCASE("an edit deselects the namespace while its label is removed, which is then restored") {
        f.add_namespace("team-a");
        edit(f, "a", elsewhere);
        f.add_namespace("team-a", {{"pull", "private"}});
        CHECK(names_of(held().dropped) == name_set{"a"});
    }
    SUBCASE("both are edited") {
        for (const char* name : {"a", "b"})
            edit(f, name, elsewhere);
        CHECK(f.view(build::here).unasked_losers.empty());
        CHECK(held().held.empty());
    }
    const auto rename = [](auto& object) { object.secret_name = "other"; };
    SUBCASE("one is renamed, before or after the label is removed") {
        for (const bool first : {true, false}) {
            if (first) edit(f, "a", rename);
            f.add_namespace("team-a");
            if (!first) edit(f, "a", rename);
            CHECK(names_of(held().held) == name_set{"a", "b"});
            CHECK(f.view(build::here).unasked_losers == name_set{"uid-a", "uid-b"});
            f.add_namespace("team-a", {{"pull", "private"}});
            edit(f, "a", [](auto& object) { object.secret_name = "regcred"; });
        }
    }
    SUBCASE("one is renamed and selects other namespaces") {
        edit(f, "a", rename);
        edit(f, "a", elsewhere);
        CHECK(names_of(held().dropped) == name_set{"a"});
        CHECK(f.view(build::here).unasked_losers.empty());
    }
    SUBCASE("one is renamed, and its new Secret is ready") {
        edit(f, "a", rename);
        CHECK(names_of(held().kept) == name_set{"a"});
        f.state.results().synced({.namespace_name = "team-a", .name = "other"}, 1, {});
        CHECK(names_of(held().dropped) == name_set{"a"});
        CHECK(f.view(build::here).unasked_losers.empty());
    }
    SUBCASE("what was selected before a start is not known") {
        const auto after = restart(f);
        after->add_credential(by_label("a", "login-a"));
        CHECK(after->view(build::here).unasked_losers == name_set{"uid-a"});
    }
}

TEST_CASE("a content of another version of the copy does not count") {
    build::cluster_fixture f;
    add_two(f);
    auto suspended = build::wants("a", "login-a");
    suspended.suspend = true;
    f.add_credential(suspended);
    reconcile::copy_content content;
    content.resource_version = "1";
    content.readable = true;
    CHECK_FALSE(view_secret(f.state, build::here, {.content = &content}).content_read);
    content.resource_version = f.state.find_copy(build::here)->meta.resource_version;
    CHECK(view_secret(f.state, build::here, {.content = &content}).content_read);
}

namespace {

void set_policy(build::cluster_fixture& f, const char* name, v1alpha1::deletion_policy policy) {
    edit(f, name, [policy](auto& object) { object.on_deletion = policy; });
}

/// Whether the copy is there, and no RegistryCredential owns it any more.
bool is_retained(build::cluster_fixture& f) {
    const auto copy = f.state.find_copy(build::here);
    return copy != nullptr && copy->meta.owner_references.empty() &&
           f.view(build::here).owner == ownership::foreign;
}

}  // namespace

TEST_CASE("deletionPolicy Retain counts although the object is deleted before the copy shows it") {
    build::cluster_fixture f;
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.add_namespace("team-a");
    f.add_credential(build::wants("a", "login-a"));
    f.apply_all();
    REQUIRE_FALSE(f.state.find_copy(build::here)->meta.owner_references.empty());
    SUBCASE("the copy is rewritten") {
        set_policy(f, "a", v1alpha1::deletion_policy::retain);
        f.remove_credential("a");
    }
    SUBCASE("under spec.suspend") {
        set_policy(f, "a", v1alpha1::deletion_policy::retain);
        edit(f, "a", [](auto& object) { object.suspend = true; });
        f.remove_credential("a");
    }
    SUBCASE("the garbage collector is faster: the copy is created again") {
        set_policy(f, "a", v1alpha1::deletion_policy::retain);
        f.remove_credential("a");
        f.collect_garbage(build::here);
    }
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    CHECK(is_retained(f));
    CHECK(f.state.find_deleted("uid-a", build::here) == nullptr);
    // What a person does to it later is not undone.
    f.collect_garbage(build::here);
    f.apply_all();
    CHECK(f.state.find_copy(build::here) == nullptr);
}

TEST_CASE("deletionPolicy Delete counts although the object is deleted before the copy shows it") {
    build::cluster_fixture f;
    add_two(f);
    SUBCASE("of the only owner") {
        f.remove_credential("b");
        set_policy(f, "a", v1alpha1::deletion_policy::retain);
        f.apply_all();
        REQUIRE(f.state.find_copy(build::here)->meta.owner_references.empty());
        set_policy(f, "a", v1alpha1::deletion_policy::delete_);
        f.remove_credential("a");
        f.apply_all();
        CHECK(f.state.find_copy(build::here) == nullptr);
    }
    SUBCASE("of one of two owners that are deleted together, the other one with Retain") {
        set_policy(f, "b", v1alpha1::deletion_policy::retain);
        f.apply_all();
        f.remove_credential("a");
        f.remove_credential("b");
        f.apply_all();
        CHECK(passwords(f) == lists{"CANARY-b"});
        CHECK(is_retained(f));
    }
}

TEST_CASE("with another contributor a deleted object's entries go, whatever its deletionPolicy was") {
    build::cluster_fixture f;
    add_two(f);
    set_policy(f, "a", v1alpha1::deletion_policy::retain);
    f.remove_credential("a");
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-b"});
    CHECK(f.state.find_deleted("uid-a", build::here) == nullptr);
}

TEST_CASE("a renamed owner keeps its entries until its new Secret has them") {
    build::cluster_fixture before;
    add_a(before);
    const auto f = restart(before);
    f->add_source("login-b", "ghcr.io", "CANARY-b");
    auto other = build::wants("b", "login-b");
    other.secret_name = "other";
    f->add_credential(other);
    auto renamed = build::wants("a", "login-a");
    renamed.secret_name = "other";
    f->add_credential(renamed);
    const runtime::object_key there{.namespace_name = "team-a", .name = "other"};
    f->state.results().synced(
        there, 1, {}, {{.reason = "SourceNotFound", .message = {}, .since = {}, .credentials = {"a"}}});
    CHECK(f->view(build::here).kept.size() == 1);
    f->state.results().synced(there, 1, {});
    CHECK(f->view(build::here).kept.empty());
}

TEST_CASE("a deleted object that the next list shows again delivers what its source has now") {
    build::cluster_fixture f;
    add_two(f);
    f.remove_credential("a");
    f.add_source("login-a", "quay.io", "CANARY-a2");
    f.add_credential(build::wants("a", "login-a"));
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a2", "CANARY-b"});
    CHECK(f.state.find_deleted("uid-a", build::here) == nullptr);
}

TEST_CASE("a lost owner with Retain has no name to be confirmed by") {
    build::cluster_fixture f;
    add_two(f);
    set_policy(f, "a", v1alpha1::deletion_policy::retain);
    f.apply_all();
    f.remove_credential("a");
    CHECK(f.view(build::here).lost_owner);
    CHECK(f.view(build::here).unnamed_owner_lost);
}

TEST_CASE("while a loss is held, a deleted owner with Retain keeps its entries") {
    build::cluster_fixture f;
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.add_source("login-b", "ghcr.io", "CANARY-b");
    f.add_namespace("team-a", {{"pull", "private"}});
    f.add_credential(build::wants("a", "login-a"));
    auto by_label = build::wants("b", "login-b", {});
    by_label.namespaces.selector = build::labels({{"pull", "private"}});
    f.add_credential(by_label);
    set_policy(f, "a", v1alpha1::deletion_policy::retain);
    f.apply_all();
    f.add_namespace("team-a");
    f.remove_credential("a");
    const auto held = view_secret(f.state, build::here, {.keep_unasked = true});
    CHECK(held.retains);
    CHECK(held.kept.size() == 2);
    CHECK_FALSE(held.lost_owner);
    CHECK_FALSE(loses_entries(held));
}

TEST_CASE("the fingerprint of a copy that stays unread is that of its content") {
    reconcile::secret_view view;
    view.contributors = {build::shared(build::credential("a"))};
    view.desired = build::desired("{}");
    const auto read = desired_fingerprint(view);
    view.present = std::make_shared<const reconcile::observed_secret>(build::copy(view.contributors, "{}"));
    view.desired = {};
    CHECK(desired_fingerprint(view) != read);
    view.all_recorded_stay = true;
    CHECK(desired_fingerprint(view) == read);
}
