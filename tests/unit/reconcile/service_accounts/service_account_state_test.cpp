// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_state.hpp"

#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

using reconcile::entry_goal;
using names = std::vector<std::string>;

namespace {

/// A cluster's state with ServiceAccounts that a test fills by hand.
struct fixture : build::cluster_fixture {
    reconcile::service_account_state accounts;

    explicit fixture(const names& allowed = {"builder", "default"}, bool copies_listed = true)
        : build::cluster_fixture({"other", "regcred"}, copies_listed), accounts(state, allowed, queues) {}

    void add_account(const runtime::object_key& at, names listed = {}, names added = {}) {
        reconcile::observed_service_account one;
        one.meta = {.name = at.name,
                    .namespace_name = at.namespace_name,
                    .uid = "uid-" + at.namespace_name,
                    .resource_version = next_version()};
        one.listed = std::move(listed);
        one.added = std::move(added);
        accounts.store_of(at.name)->upsert(std::move(one));
    }
    v1alpha1::registry_credential asking(const std::string& name) {
        auto object = build::credential(name);
        object.service_accounts = {"default"};
        return object;
    }
    void copy_of(const kube::object_meta& meta, bool labelled) {
        reconcile::observed_secret copy;
        copy.meta = meta;
        copy.meta.name = "regcred";
        copy.meta.namespace_name = "team-a";
        copy.meta.uid = "uid-copy";
        copy.meta.resource_version = next_version();
        copy.labelled = labelled;
        state.copies("regcred").upsert(std::move(copy));
    }
    /// The entry for Secret regcred.
    reconcile::pull_secret_entry entry() {
        for (const auto& each : accounts.view(here).entries) {
            if (each.secret_name == "regcred") return each;
        }
        FAIL("no entry");
        return {};
    }
    entry_goal goal() { return entry().goal; }
    void complete_views() {
        for (auto& [name, of] : accounts.stores()) {
            of.begin_replace();
            of.end_replace(next_version());
        }
        state.namespaces().begin_replace();
        state.namespaces().end_replace(next_version());
    }

    const runtime::object_key here{.namespace_name = "team-a", .name = "default"};
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
    add_namespace("team-a");
    add_account(here);
    CHECK(goal() == entry_goal::unlisted);
    auto object = asking("hub");
    add_credential(object);
    CHECK(goal() == entry_goal::listed);
    object.service_accounts = {"build*"};
    object.meta.generation = 2;
    add_credential(object);
    CHECK(goal() == entry_goal::unlisted);
    object.service_accounts = {"d?fault"};
    object.namespaces.exclude = {"team-*"};
    object.meta.generation = 3;
    add_credential(object);
    CHECK(goal() == entry_goal::unlisted);
}

TEST_CASE_FIXTURE(
    fixture, "a namespace that is unknown or terminating, and a name that is not allowed, is left alone") {
    add_credential(asking("hub"));
    add_account(here);
    CHECK_FALSE(accounts.view(here).namespace_usable);
    auto going = build::live_namespace("team-a");
    going.meta.deleting = true;
    going.meta.resource_version = next_version();
    state.namespaces().upsert(std::move(going));
    CHECK_FALSE(accounts.view(here).namespace_usable);
    CHECK(accounts.view({.namespace_name = "team-a", .name = "deployer"}).present == nullptr);
}

TEST_CASE_FIXTURE(fixture,
                  "an entry that a suspended RegistryCredential wants or may have added stays as it is") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto object = asking("hub");
    object.suspend = true;
    add_credential(object);
    CHECK(goal() == entry_goal::suspended_add);
    CHECK(entry().suspended_by == "hub");
    object.service_accounts = {};
    object.meta.generation = 2;
    add_credential(object);
    CHECK(goal() == entry_goal::suspended_removal);  // nothing tells whose it is
    copy_of(owned_by("uid-another"), false);
    CHECK(goal() == entry_goal::unlisted);  // another owner's
    copy_of(owned_by("uid-hub"), false);
    CHECK(goal() == entry_goal::suspended_removal);
    CHECK(entry().suspended_by == "hub");
    auto second = asking("second");
    add_credential(second);
    CHECK(goal() == entry_goal::listed);
}

TEST_CASE_FIXTURE(
    fixture, "an entry waits for an object that is being deleted, and the entry of a retained Secret stays") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto object = asking("hub");
    add_credential(object);
    object.meta.deleting = true;
    add_credential(object);
    CHECK(goal() == entry_goal::undecided);
    remove_credential("hub");
    CHECK(goal() == entry_goal::unlisted);
    copy_of(owned_by("uid-hub"), true);
    CHECK(goal() == entry_goal::unlisted);  // the garbage collector is about to take it
    kube::object_meta retained;
    retained.annotations.emplace(reconcile::owner_annotation, "uid-hub");
    copy_of(retained, false);
    CHECK(goal() == entry_goal::released);
    copy_of({}, true);  // orphaned
    CHECK(goal() == entry_goal::released);
    copy_of({}, false);  // another owner's
    CHECK(goal() == entry_goal::unlisted);
}

TEST_CASE_FIXTURE(
    fixture,
    "a change of a spec marks the ServiceAccounts that it concerns, before and after, and no other") {
    for (const auto* name : {"team-a", "team-b", "team-c", "prod"})
        add_namespace(name);
    add_account(here);
    add_account({.namespace_name = "team-b", .name = "default"});
    add_account({.namespace_name = "team-c", .name = "builder"});
    add_account({.namespace_name = "prod", .name = "default"}, {"regcred"}, {"regcred"});
    const runtime::object_key others{.namespace_name = "prod", .name = "default"};
    accounts.results().synced(others, 0, {});
    service_accounts().clear();
    auto object = asking("hub");
    object.namespaces.include = {"team-a"};
    add_credential(object);
    CHECK(accounts.results().find(others)->now == reconcile::result_record::state::synced);
    CHECK(service_accounts().size() == 2);
    CHECK(service_accounts().contains(here));
    CHECK(service_accounts().contains(
        {.namespace_name = "prod", .name = "default"}));  // it holds such an entry
    service_accounts().clear();
    add_credential(object);  // its status has changed
    CHECK(service_accounts().empty());
    object.namespaces.include = {"team-b"};
    object.meta.generation = 2;
    accounts.results().synced(here, 0, {});
    add_credential(object);
    CHECK(service_accounts().size() == 3);
    CHECK(accounts.results().find(here)->now == reconcile::result_record::state::pending);
    service_accounts().clear();
    remove_credential("hub");
    CHECK(service_accounts().contains({.namespace_name = "team-b", .name = "default"}));
}

TEST_CASE_FIXTURE(fixture, "ServiceAccounts of the first list are queued as bulk, new ones as urgent") {
    add_account(here);
    CHECK(service_accounts().at(here) == runtime::priority::bulk);
    complete_views();  // it is gone
    add_credential(asking("hub"));
    add_namespace("team-a");
    add_account(here);
    CHECK(service_accounts().at(here) == runtime::priority::urgent);
    CHECK(statuses().contains("hub"));
    add_account(here, {"theirs"});
    CHECK(service_accounts().at(here) == runtime::priority::normal);
    add_account({.namespace_name = "team-b", .name = "default"});
    service_accounts().clear();
    add_namespace("team-b");  // which comes by another watch
    CHECK(service_accounts().at({.namespace_name = "team-b", .name = "default"}) ==
          runtime::priority::urgent);
    service_accounts().clear();
    add_namespace("team-b", {{"pull", "private"}});
    CHECK(service_accounts().at({.namespace_name = "team-b", .name = "default"}) ==
          runtime::priority::normal);
}

TEST_CASE_FIXTURE(every_fixture,
                  "with every_account one store has all ServiceAccounts, indexed by namespace") {
    CHECK(accounts.stores().size() == 1);
    CHECK_FALSE(accounts.asked_for("*"));
    add_namespace("team-a");
    add_account(here);
    add_account({.namespace_name = "team-a", .name = "anything"});
    auto object = asking("hub");
    object.service_accounts = {"any*"};
    add_credential(object);
    CHECK(accounts.asked_for("*"));
    service_accounts().clear();
    add_namespace("team-a", {{"pull", "private"}});
    CHECK(service_accounts().size() == 2);
    CHECK(accounts.report(object).selected == 1);
    CHECK(accounts.report(object).not_allowed.empty());
    accounts.stores().begin()->second.erase({"team-a", "anything"}, next_version());
    service_accounts().clear();
    add_namespace("team-a");
    CHECK(service_accounts().size() == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a report counts the ServiceAccounts, and has the name that is not allowed and the watch "
                  "that is denied") {
    add_namespace("team-a");
    add_namespace("team-b");
    add_account(here);
    add_account({.namespace_name = "team-b", .name = "default"});
    auto object = asking("hub");
    add_credential(object);
    auto report = accounts.report(object);
    CHECK(report.asked);
    CHECK(report.unread);
    CHECK(report.selected == 2);
    CHECK(report.patched == 0);
    accounts.results().synced(here, 1, {});
    accounts.results().failed({.namespace_name = "team-b", .name = "default"},
                              {.reason = "Denied", .message = "m", .since = "s", .credentials = {"another"}},
                              {});
    CHECK(accounts.report(object).patched == 2);  // what another one's entry has is no matter of this one
    accounts.results().failed({.namespace_name = "team-b", .name = "default"},
                              {.reason = "Denied", .message = "m", .since = "s", .credentials = {"hub"}},
                              {});
    report = accounts.report(object);
    CHECK(report.patched == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].namespace_name == "team-b");

    accounts.watch_changed("builder", true);
    CHECK(accounts.report(object).denied.empty());  // which it does not need
    accounts.watch_changed("default", true);
    CHECK(statuses().contains("hub"));
    CHECK(accounts.report(object).denied == "serviceaccounts named default");
    accounts.watch_changed("default", false);
    CHECK(accounts.report(object).denied.empty());
    object.service_accounts = {"default", "deploy*"};
    CHECK(accounts.report(object).not_allowed == "deploy*");
    CHECK(accounts.report(object).allowed_names == "builder, default");
    CHECK_FALSE(accounts.report(build::credential("silent")).unread);
}

TEST_CASE_FIXTURE(
    fixture,
    "a removal is asked for when a RegistryCredential that wanted the entry is gone or has another spec") {
    const auto loss_is_asked_for = [this] {
        const auto* known = accounts.results().find(here);
        return known != nullptr && !state.all_stand(known->selections);
    };
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    const auto a = asking("a");
    auto b = asking("b");
    add_credential(a);
    add_credential(b);
    CHECK_FALSE(loss_is_asked_for());  // nothing is known
    accounts.results().synced(
        here, 1, {reconcile::account_selection_of(a), reconcile::account_selection_of(b)});
    CHECK_FALSE(loss_is_asked_for());
    b.meta.generation = 2;
    b.service_accounts.emplace_back("other");
    add_credential(b);
    CHECK(loss_is_asked_for());
    accounts.results().synced(
        here, 1, {reconcile::account_selection_of(a), reconcile::account_selection_of(b)});
    remove_credential("a");
    CHECK(loss_is_asked_for());
}

TEST_CASE_FIXTURE(fixture,
                  "an entry is listed if one of the RegistryCredentials that want it is not suspended") {
    add_namespace("team-a");
    add_account(here);
    auto suspended = asking("paused");
    suspended.suspend = true;
    add_credential(suspended);
    CHECK(goal() == entry_goal::suspended_add);
    add_credential(asking("hub"));
    CHECK(goal() == entry_goal::listed);
}

TEST_CASE_FIXTURE(fixture,
                  "a suspended object that is being deleted does not keep an entry that it does not want") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto object = asking("hub");
    object.service_accounts = {};
    object.suspend = true;
    object.meta.deleting = true;
    add_credential(object);
    CHECK(goal() == entry_goal::unlisted);
    CHECK(accounts.view(here).others.empty());
}

TEST_CASE_FIXTURE(
    fixture,
    "a recorded entry stays while the spec of a RegistryCredential that may want it cannot be read") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    add_credential(asking("hub"));
    REQUIRE(goal() == entry_goal::listed);
    v1alpha1::registry_credential unreadable;
    unreadable.meta = build::meta("hub");
    unreadable.meta.generation = 2;
    unreadable.spec_fault = "spec.sources: required";
    add_credential(unreadable);
    CHECK(goal() == entry_goal::undecided);  // there is no copy that could tell
    kube::object_meta owned;
    owned.owner_references = {{.api_version = "regcred.dev/v1alpha1",
                               .kind = "RegistryCredential",
                               .name = "hub",
                               .uid = "uid-hub",
                               .controller = std::nullopt,
                               .block_owner_deletion = std::nullopt}};
    copy_of(owned, true);
    CHECK(goal() == entry_goal::undecided);
    owned.owner_references.front().uid = "uid-other";
    copy_of(owned, true);
    CHECK(goal() == entry_goal::unlisted);
}

TEST_CASE("an unwanted entry waits until the Secrets of its name have been listed") {
    fixture f({"default"}, false);
    f.add_namespace("team-a");
    f.add_account(f.here, {"regcred"}, {"regcred"});
    CHECK(f.goal() == entry_goal::undecided);
    f.clear_queues();
    f.accounts.copies_listed("other");
    CHECK(f.service_accounts().empty());
    f.list_nothing(f.state.copies("regcred"));
    f.accounts.copies_listed("regcred");
    CHECK(f.service_accounts().contains(f.here));
    CHECK(f.goal() == entry_goal::unlisted);
}

TEST_CASE("a wanted entry is added before the Secrets of its name have been listed") {
    fixture f({"default"}, false);
    f.add_namespace("team-a");
    f.add_credential(f.asking("hub"));
    f.add_account(f.here);
    CHECK(f.goal() == entry_goal::listed);
}
