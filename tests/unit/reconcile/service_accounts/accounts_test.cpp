// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/accounts.hpp"

#include "reconcile/state/wish.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

using reconcile::account;
using reconcile::entry_wish;
using names = std::vector<std::string>;

namespace {

/// A world with ServiceAccounts that is fed by hand, and what it asks to be looked at.
struct fixture : reconcile::world_observer {
    std::map<account, runtime::lane> marked;
    std::set<std::string> statuses;
    reconcile::world model{{.own_namespace = "regcred-system", .secret_names = {"other", "regcred"}},
                           [](const reconcile::cell&, runtime::lane) {},
                           [](const std::string&) {}};
    reconcile::accounts known;
    int version = 100;

    explicit fixture(const names& allowed = {"builder", "default"})
        : known(
              model,
              allowed,
              [this](const account& at, runtime::lane lane) { marked.insert_or_assign(at, lane); },
              [this](const std::string& name) { statuses.insert(name); }) {
        model.also_tell(*this);
    }
    void credential_changed(const runtime::change<v1alpha1::registry_credential>& change) override {
        known.credential_changed(change);
    }
    void namespace_changed(const runtime::change<kube::namespace_object>& change) override {
        known.namespace_changed(change);
    }

    std::string next_version() { return std::to_string(++version); }
    void add_account(const account& at, names listed = {}, names added = {}) {
        reconcile::observed_account one;
        one.meta = {.name = at.name,
                    .namespace_name = at.namespace_name,
                    .uid = "uid-" + at.namespace_name,
                    .resource_version = next_version()};
        one.listed = std::move(listed);
        one.added = std::move(added);
        known.store_of(at.name)->upsert(std::move(one));
    }
    void home(const std::string& name, kube::string_map labels = {}) {
        auto object = build::live_namespace(name, std::move(labels));
        object.meta.resource_version = next_version();
        model.namespaces().upsert(std::move(object));
    }
    v1alpha1::registry_credential asking(const std::string& name) {
        auto object = build::credential(name);
        object.service_accounts = {"default"};
        return object;
    }
    void credential(v1alpha1::registry_credential object) {
        object.meta.resource_version = next_version();
        model.credentials().upsert(std::move(object));
    }
    void end(const std::string& name) { model.credentials().erase({{}, name}, next_version()); }
    void copy_of(const kube::object_meta& meta, bool labelled) {
        reconcile::observed_secret copy;
        copy.meta = meta;
        copy.meta.name = "regcred";
        copy.meta.namespace_name = "team-a";
        copy.meta.uid = "uid-copy";
        copy.meta.resource_version = next_version();
        copy.labelled = labelled;
        model.copies("regcred").upsert(std::move(copy));
    }
    /// What is to become of the entry for regcred.
    entry_wish wish() {
        for (const auto& entry : known.look(here).entries) {
            if (entry.secret_name == "regcred") return entry.wish;
        }
        FAIL("no entry");
        return {};
    }
    void complete_views() {
        for (auto& [name, of] : known.stores()) {
            of.begin_replace();
            of.end_replace(next_version());
        }
        model.namespaces().begin_replace();
        model.namespaces().end_replace(next_version());
    }

    const account here{.namespace_name = "team-a", .name = "default"};
};

struct every_fixture : fixture {
    every_fixture() : fixture({"*"}) {}
};

kube::object_meta owned_by(const std::string& uid) {
    kube::object_meta meta;
    meta.owner_references = {{.api_version = std::string(v1alpha1::regcred_api_version),
                              .kind = std::string(v1alpha1::registry_credential_kind),
                              .name = "hub",
                              .uid = uid,
                              .controller = {},
                              .block_owner_deletion = {}}};
    return meta;
}

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "an entry is wanted where an object selects the namespace and names the ServiceAccount") {
    home("team-a");
    add_account(here);
    CHECK(wish() == entry_wish::unwanted);
    auto object = asking("hub");
    credential(object);
    CHECK(wish() == entry_wish::wanted);
    object.service_accounts = {"build*"};
    object.meta.generation = 2;
    credential(object);
    CHECK(wish() == entry_wish::unwanted);
    object.service_accounts = {"d?fault"};
    object.namespaces.exclude = {"team-*"};
    object.meta.generation = 3;
    credential(object);
    CHECK(wish() == entry_wish::unwanted);
}

TEST_CASE_FIXTURE(
    fixture, "a namespace that is unknown or terminating, and a name that is not allowed, is left alone") {
    credential(asking("hub"));
    add_account(here);
    CHECK_FALSE(known.look(here).namespace_usable);
    auto going = build::live_namespace("team-a");
    going.meta.deleting = true;
    going.meta.resource_version = next_version();
    model.namespaces().upsert(std::move(going));
    CHECK_FALSE(known.look(here).namespace_usable);
    CHECK(known.look({.namespace_name = "team-a", .name = "deployer"}).present == nullptr);
}

TEST_CASE_FIXTURE(fixture, "what is added by a suspended object, or may have been, stays as it is") {
    home("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto object = asking("hub");
    object.suspend = true;
    credential(object);
    CHECK(wish() == entry_wish::not_added);
    object.service_accounts = {};
    object.meta.generation = 2;
    credential(object);
    CHECK(wish() == entry_wish::not_taken);  // nothing tells whose it is
    copy_of(owned_by("uid-another"), false);
    CHECK(wish() == entry_wish::unwanted);  // somebody else's
    copy_of(owned_by("uid-hub"), false);
    CHECK(wish() == entry_wish::not_taken);
    auto second = asking("second");
    credential(second);
    CHECK(wish() == entry_wish::wanted);
}

TEST_CASE_FIXTURE(
    fixture,
    "the end of an object that is being deleted decides, and its Secret that was left keeps its entry") {
    home("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto object = asking("hub");
    credential(object);
    object.meta.deleting = true;
    credential(object);
    CHECK(wish() == entry_wish::undecided);
    end("hub");
    CHECK(wish() == entry_wish::unwanted);
    copy_of(owned_by("uid-hub"), true);
    CHECK(wish() == entry_wish::unwanted);  // the garbage collector is about to take it
    kube::object_meta retained;
    retained.annotations.emplace(reconcile::owner_annotation, "uid-hub");
    copy_of(retained, false);
    CHECK(wish() == entry_wish::left);
    copy_of({}, true);  // orphaned
    CHECK(wish() == entry_wish::left);
    copy_of({}, false);  // somebody else's
    CHECK(wish() == entry_wish::unwanted);
}

TEST_CASE_FIXTURE(
    fixture,
    "a change of a spec marks the ServiceAccounts that it concerns, before and after, and no other") {
    for (const auto* name : {"team-a", "team-b", "team-c", "prod"})
        home(name);
    add_account(here);
    add_account({.namespace_name = "team-b", .name = "default"});
    add_account({.namespace_name = "team-c", .name = "builder"});
    add_account({.namespace_name = "prod", .name = "default"}, {"regcred"}, {"regcred"});
    const account others{.namespace_name = "prod", .name = "default"};
    known.table().patched(others, 0, {});
    marked.clear();
    auto object = asking("hub");
    object.namespaces.include = {"team-a"};
    credential(object);
    CHECK(known.table().find(others)->now == reconcile::account_record::state::patched);
    CHECK(marked.size() == 2);
    CHECK(marked.contains(here));
    CHECK(marked.contains({.namespace_name = "prod", .name = "default"}));  // it holds such an entry
    marked.clear();
    credential(object);  // its status has changed
    CHECK(marked.empty());
    object.namespaces.include = {"team-b"};
    object.meta.generation = 2;
    known.table().patched(here, 0, {});
    credential(object);
    CHECK(marked.size() == 3);
    CHECK(known.table().find(here)->now == reconcile::account_record::state::pending);
    marked.clear();
    end("hub");
    CHECK(marked.contains({.namespace_name = "team-b", .name = "default"}));
}

TEST_CASE_FIXTURE(fixture, "what is there at the start comes in bulk, what is new goes first") {
    add_account(here);
    CHECK(marked.at(here) == runtime::lane::bulk);
    complete_views();  // it is gone
    credential(asking("hub"));
    home("team-a");
    add_account(here);
    CHECK(marked.at(here) == runtime::lane::urgent);
    CHECK(statuses.contains("hub"));
    add_account(here, {"theirs"});
    CHECK(marked.at(here) == runtime::lane::normal);
    add_account({.namespace_name = "team-b", .name = "default"});
    marked.clear();
    home("team-b");  // which comes by another watch
    CHECK(marked.at({.namespace_name = "team-b", .name = "default"}) == runtime::lane::urgent);
    marked.clear();
    home("team-b", {{"pull", "private"}});
    CHECK(marked.at({.namespace_name = "team-b", .name = "default"}) == runtime::lane::normal);
}

TEST_CASE_FIXTURE(every_fixture,
                  "an install that allows all watches all, and knows which are in a namespace") {
    CHECK(known.stores().size() == 1);
    CHECK_FALSE(known.asked_for("*"));
    home("team-a");
    add_account(here);
    add_account({.namespace_name = "team-a", .name = "anything"});
    auto object = asking("hub");
    object.service_accounts = {"any*"};
    credential(object);
    CHECK(known.asked_for("*"));
    marked.clear();
    home("team-a", {{"pull", "private"}});
    CHECK(marked.size() == 2);
    CHECK(known.report(object).selected == 1);
    CHECK(known.report(object).not_allowed.empty());
    known.stores().begin()->second.erase({"team-a", "anything"}, next_version());
    marked.clear();
    home("team-a");
    CHECK(marked.size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a report counts what is there, and names what the install does not allow or RBAC denies") {
    home("team-a");
    home("team-b");
    add_account(here);
    add_account({.namespace_name = "team-b", .name = "default"});
    auto object = asking("hub");
    credential(object);
    auto report = known.report(object);
    CHECK(report.asked);
    CHECK(report.unread);
    CHECK(report.selected == 2);
    CHECK(report.patched == 0);
    known.table().patched(here, 1, {});
    known.table().failed({.namespace_name = "team-b", .name = "default"},
                         {.reason = "Denied", .message = "m", .since = "s", .concerned = {"another"}});
    CHECK(known.report(object).patched == 2);  // what another one's entry has is no matter of this one
    known.table().failed({.namespace_name = "team-b", .name = "default"},
                         {.reason = "Denied", .message = "m", .since = "s", .concerned = {"hub"}});
    report = known.report(object);
    CHECK(report.patched == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].namespace_name == "team-b");

    known.watch_changed("builder", true);
    CHECK(known.report(object).denied.empty());  // which it does not need
    known.watch_changed("default", true);
    CHECK(statuses.contains("hub"));
    CHECK(known.report(object).denied == "serviceaccounts named default");
    known.watch_changed("default", false);
    CHECK(known.report(object).denied.empty());
    object.service_accounts = {"default", "deploy*"};
    CHECK(known.report(object).not_allowed == "deploy*");
    CHECK(known.report(object).allowed_names == "builder, default");
    CHECK_FALSE(known.report(build::credential("silent")).unread);
}

TEST_CASE_FIXTURE(fixture,
                  "a loss is asked for when one of those that wanted the entry is gone or has another spec") {
    home("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    const auto a = asking("a");
    auto b = asking("b");
    credential(a);
    credential(b);
    CHECK_FALSE(known.loss_is_asked_for(known.look(here)));  // nothing is known
    known.table().patched(here, 1, {reconcile::spec_of(a), reconcile::spec_of(b)});
    CHECK_FALSE(known.loss_is_asked_for(known.look(here)));
    b.meta.generation = 2;
    credential(b);
    CHECK(known.loss_is_asked_for(known.look(here)));
    known.table().patched(here, 1, {reconcile::spec_of(a), reconcile::spec_of(b)});
    end("a");
    CHECK(known.loss_is_asked_for(known.look(here)));
}
