// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "unit/reconcile/service_accounts/account_fixture.hpp"

#include <doctest/doctest.h>

namespace {

using fixture = build::account_fixture;

struct every_fixture : fixture {
    every_fixture() : fixture({"*"}) {}
};

}  // namespace

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
