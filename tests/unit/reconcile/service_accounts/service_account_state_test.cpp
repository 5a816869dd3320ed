// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_state.hpp"

#include "unit/reconcile/service_accounts/account_fixture.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

using reconcile::entry_goal;
using names = std::vector<std::string>;

namespace {

using fixture = build::account_fixture;

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

/// A ServiceAccount with two entries, of which one is wanted. Returns whose the other one may be.
v1alpha1::registry_credential list_wanted_and_lost(fixture& f) {
    f.add_namespace("team-a");
    f.add_account(f.here, {"other", "regcred"}, {"other", "regcred"});
    auto wanted = f.asking("wanted");
    wanted.secret_name = "other";
    f.add_credential(wanted);
    auto loser = f.asking("loser");
    loser.namespaces.include = {"elsewhere"};
    f.add_credential(loser);
    return loser;
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
    CHECK(goal() == entry_goal::unlisted);  // its Secret is gone, and nothing tells whose it is
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
    "a removal is asked for when each RegistryCredential that wanted the entry is gone or was edited so") {
    const auto loss_is_asked_for = [this] { return entry().asked_for; };
    const auto record = [this] {
        accounts.results().synced(here, 1, account_selections_of(accounts.view(here), nullptr));
    };
    const auto by_label = [this](const char* name) {
        auto object = asking(name);
        object.namespaces = {};
        object.namespaces.selector = build::labels({{"pull", "private"}});
        return object;
    };
    add_namespace("team-a", {{"pull", "private"}});
    add_account(here, {"regcred"}, {"regcred"});
    add_credential(by_label("a"));
    add_credential(by_label("b"));
    add_namespace("team-a");
    CHECK_FALSE(loss_is_asked_for());  // nothing is known
    add_namespace("team-a", {{"pull", "private"}});
    record();
    add_namespace("team-a");
    CHECK_FALSE(loss_is_asked_for());
    auto b = by_label("b");
    b.meta.generation = 2;
    b.service_accounts.emplace_back("other");
    add_credential(b);
    CHECK_FALSE(loss_is_asked_for());  // "a" has not changed
    remove_credential("a");
    CHECK_FALSE(loss_is_asked_for());  // "b" would not want it without that edit either
    add_namespace("team-a", {{"pull", "private"}});
    b.service_accounts = {"other"};
    b.meta.generation = 3;
    add_credential(b);
    CHECK(loss_is_asked_for());
    b.service_accounts.emplace_back("builder");
    b.meta.generation = 4;
    add_credential(b);
    CHECK(loss_is_asked_for());
    add_credential(by_label("b"));
    add_namespace("team-a");
    CHECK_FALSE(loss_is_asked_for());
    remove_credential("b");
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

TEST_CASE_FIXTURE(
    fixture, "a RegistryCredential of the same Secret name that never wanted the entry has no part in it") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto a = asking("a");
    add_credential(a);
    auto stranger = build::credential("stranger");
    stranger.namespaces.include = {"elsewhere"};
    stranger.suspend = true;
    add_credential(stranger);
    accounts.results().synced(here, 1, account_selections_of(accounts.view(here), nullptr));
    a.namespaces.include = {"elsewhere"};
    a.meta.generation = 2;
    add_credential(a);
    const auto view = accounts.view(here);
    CHECK(view.others.size() == 2);
    REQUIRE(view.losing.size() == 1);
    CHECK(view.losing[0]->meta.name == "a");
    CHECK(goal() == entry_goal::unlisted);  // the stranger's suspend does not count
    CHECK(entry().asked_for);
    const auto known = accounts.results().find(here)->selections;
    CHECK(account_selections_of(view, known) == *known);
}

TEST_CASE_FIXTURE(
    fixture,
    "where no result is known, the owners of the copy lose the entry, and strangers have no part in it") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    for (const auto* name : {"a", "stranger"}) {
        auto object = asking(name);
        object.namespaces.include = {"elsewhere"};
        object.suspend = object.meta.name == "stranger";
        add_credential(object);
    }
    CHECK(accounts.view(here).losing.empty());
    CHECK(goal() == entry_goal::unlisted);
    copy_of(owned_by("uid-a"), true);
    const auto view = accounts.view(here);
    CHECK(view.others.size() == 2);
    REQUIRE(view.losing.size() == 1);
    CHECK(view.losing[0]->meta.name == "a");
    CHECK(goal() == entry_goal::unlisted);
    CHECK_FALSE(entry().asked_for);
    copy_of(owned_by("uid-stranger"), true);
    CHECK(entry().suspended_by == "stranger");
}

TEST_CASE_FIXTURE(fixture,
                  "who loses the entry of one Secret name stays known while that of another name is wanted") {
    static_cast<void>(list_wanted_and_lost(*this));
    copy_of(owned_by("uid-loser"), true);
    accounts.results().failed(here, {}, account_selections_of(accounts.view(here), nullptr));
    const auto view = accounts.view(here);
    REQUIRE(view.losing.size() == 1);
    CHECK(view.losing[0]->meta.name == "loser");
    CHECK_FALSE(entry().asked_for);
}

TEST_CASE_FIXTURE(
    fixture,
    "a result from a time when the Secrets of one name were not known tells nothing of their entries") {
    auto loser = list_wanted_and_lost(*this);
    accounts.results().synced(here, 1, account_selections_of(accounts.view(here), nullptr));
    copy_of(owned_by("uid-loser"), true);
    const auto view = accounts.view(here);
    REQUIRE(view.losing.size() == 1);
    CHECK(view.losing[0]->meta.name == "loser");
    CHECK(goal() == entry_goal::unlisted);
    CHECK_FALSE(entry().asked_for);
    loser.suspend = true;
    loser.meta.generation = 2;
    add_credential(loser);
    CHECK(entry().suspended_by == "loser");
}

TEST_CASE_FIXTURE(
    fixture, "an entry of a renamed owner stays until its new Secret is ready, or while it is suspended") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto a = asking("a");
    add_credential(a);
    kube::object_meta owned;
    owned.annotations.emplace(reconcile::owner_annotation, a.meta.uid);
    copy_of(owned, true);
    a.secret_name = "other";
    a.meta.generation = 2;
    add_credential(a);
    CHECK(goal() == entry_goal::undecided);
    a.suspend = true;
    a.meta.generation = 3;
    add_credential(a);
    CHECK(goal() == entry_goal::suspended_removal);
    a.suspend = false;
    a.meta.generation = 4;
    add_credential(a);
    state.results().synced({.namespace_name = "team-a", .name = "other"}, 1, {});
    CHECK(goal() == entry_goal::unlisted);
    a.namespaces.include = {"team-b"};  // the Secret of the new name is not for this namespace
    a.meta.generation = 5;
    add_credential(a);
    CHECK(goal() == entry_goal::undecided);
    a.service_accounts = {"builder"};
    a.meta.generation = 6;
    add_credential(a);
    CHECK(goal() == entry_goal::unlisted);
    clear_queues();
    state.copies("regcred").erase({.namespace_name = "team-a", .name = "regcred"}, next_version());
    CHECK(service_accounts().contains(here));
}

TEST_CASE_FIXTURE(fixture, "an entry whose Secret is being retained stays before the copy shows that") {
    add_namespace("team-a");
    add_account(here, {"regcred"}, {"regcred"});
    auto a = asking("a");
    a.on_deletion = v1alpha1::deletion_policy::retain;
    add_credential(a);
    kube::object_meta owned;
    owned.owner_references.push_back({.api_version = "regcred.dev/v1alpha1",
                                      .kind = "RegistryCredential",
                                      .name = "a",
                                      .uid = a.meta.uid,
                                      .controller = std::nullopt,
                                      .block_owner_deletion = std::nullopt});
    copy_of(owned, true);
    remove_credential("a");
    CHECK(goal() == entry_goal::released);
}
