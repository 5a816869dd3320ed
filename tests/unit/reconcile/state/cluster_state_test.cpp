// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cluster_state.hpp"

#include "reconcile/state/reasons.hpp"
#include "reconcile/status/credential_report.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using build::cluster_fixture;
using build::wants;
using reconcile::secret_action;

TEST_CASE("a namespace that is deselected by its labels loses its copy") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    auto object = wants("hub", "login", {});
    object.namespaces.selector = build::labels({{"pull", "private"}});
    f.add_credential(object);
    f.add_namespace("team-a", {{"pull", "private"}});
    f.apply_all();
    f.add_namespace("team-a");
    CHECK(f.secrets().contains(build::here));
    CHECK(f.next("team-a") == secret_action::remove);
}

TEST_CASE("a deleted RegistryCredential leads to the removal of its copies, except shared ones") {
    cluster_fixture f;
    f.add_source("a", "quay.io", "CANARY-1");
    f.add_source("b", "ghcr.io", "CANARY-2");
    f.add_credential(wants("first", "a", {"team-a", "team-b"}));
    f.add_credential(wants("second", "b", {"team-b"}));
    f.add_namespace("team-a");
    f.add_namespace("team-b");
    f.apply_all();
    f.remove_credential("first");
    CHECK(f.secrets().size() == 2);
    CHECK(f.next("team-a") == secret_action::remove);
    CHECK(f.next("team-b") == secret_action::update);
}

TEST_CASE("after a rename the old copy stays until the new one is synced") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    auto object = wants("hub", "login");
    f.add_credential(object);
    f.add_namespace("team-a");
    f.apply_all();

    object.secret_name = "other";
    object.meta.generation = 2;
    f.add_credential(object);
    CHECK(f.next("team-a", "other") == secret_action::create);
    CHECK(f.next("team-a", "regcred") == secret_action::none);

    const runtime::object_key renamed{.namespace_name = "team-a", .name = "other"};
    f.apply_plan(renamed);
    f.apply_plan(renamed);
    f.secrets().clear();
    f.state.secret_synced(renamed);
    CHECK(f.secrets().contains(build::here));
    CHECK(f.next("team-a", "regcred") == secret_action::remove);
}

TEST_CASE("the older of two RegistryCredentials with the same registry delivers it") {
    cluster_fixture f;
    build::add_two_of_one_registry(f);

    const auto text = f.view(build::here).desired.document->reveal();
    CHECK(text.find("CANARY-old") != std::string_view::npos);
    CHECK(text.find("CANARY-new") == std::string_view::npos);
    f.remove_credential("older");
    CHECK(f.view(build::here).desired.document->reveal().find("CANARY-new") != std::string_view::npos);
}

TEST_CASE("the document does not depend on the order in which objects became known") {
    std::vector<std::string> order{"a", "b", "c", "d"};
    std::string expected;
    do {
        cluster_fixture f;
        f.add_namespace("team-a");
        for (const auto& name : order) {
            f.add_source(name, name + ".example.com", "CANARY-" + name);
            f.add_source(name + "-shared", "quay.io", "CANARY-shared-" + name);
            auto object = wants(name.c_str(), name.c_str());
            object.sources.push_back({.secret_name = name + "-shared", .registry = {}, .registries = {}});
            f.add_credential(object);
        }
        const std::string text(f.view(build::here).desired.document->reveal());
        if (expected.empty()) expected = text;
        CHECK(text == expected);
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(expected.find("CANARY-shared-a") != std::string::npos);
}

TEST_CASE("a Secret of a namespace that has been relabelled is not synced until its next reconcile") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.state.results().synced(build::here, 1, {});
    f.add_namespace("team-a", {{"team", "x"}});
    CHECK_FALSE(f.state.results().is_synced(build::here));
    CHECK(f.secrets().contains(build::here));
}

TEST_CASE("a copy whose desired state has changed is not synced until its next reconcile") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    const auto object = f.find_credential("hub");
    REQUIRE(reconcile::report_on(f.state, *object).synced == 1);

    f.add_source("login", "quay.io", "CANARY-2");
    CHECK(reconcile::report_on(f.state, *object).synced == 0);
    CHECK(reconcile::report_on(f.state, *object).selected == 1);
    f.apply_all();
    CHECK(reconcile::report_on(f.state, *object).synced == 1);

    auto changed = wants("hub", "login");
    changed.template_labels = {{"team", "a"}};
    changed.meta.generation = 2;
    f.add_credential(std::move(changed));
    CHECK(reconcile::report_on(f.state, *object).synced == 0);
    f.apply_all();
    CHECK(reconcile::report_on(f.state, *object).synced == 1);
}

TEST_CASE("is_source is true for a source in the controller's own namespace") {
    cluster_fixture f;
    f.add_credential(wants("hub", "regcred"));
    f.add_namespace("regcred-system");
    f.add_namespace("team-a");
    CHECK(f.view({.namespace_name = "regcred-system", .name = "regcred"}).is_source);
    CHECK_FALSE(f.view({.namespace_name = "regcred-system", .name = "other"}).is_source);
    CHECK_FALSE(f.view(build::here).is_source);

    // When it is no longer a source, a conflict there may be over.
    f.secrets().clear();
    auto other = wants("hub", "login");
    other.meta.generation = 2;
    f.add_credential(std::move(other));
    CHECK(f.secrets().contains({.namespace_name = "regcred-system", .name = "regcred"}));
    CHECK_FALSE(f.view({.namespace_name = "regcred-system", .name = "regcred"}).is_source);
}

TEST_CASE(
    "a RegistryCredential that is being deleted contributes nothing, and its copies wait until it is gone") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    auto terminating = wants("hub", "login");
    terminating.meta.deleting = true;
    f.add_credential(terminating);
    const auto view = f.view(build::here);
    CHECK(view.contributors.empty());
    CHECK(view.kept.size() == 1);
    CHECK(f.next("team-a") == secret_action::none);
    f.remove_credential("hub");
    CHECK(f.next("team-a") == secret_action::remove);
}

TEST_CASE("a copy stays while its owner is suspended") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    auto suspended = wants("hub", "login", {"team-b"});
    suspended.suspend = true;
    suspended.meta.generation = 2;
    f.add_credential(suspended);
    CHECK(f.view(build::here).contributors.empty());
    CHECK(f.view(build::here).suspended.size() == 1);
    CHECK(f.next("team-a") == secret_action::none);
    suspended.suspend = false;
    suspended.meta.generation = 3;
    f.add_credential(suspended);
    CHECK(f.next("team-a") == secret_action::remove);
}

TEST_CASE("a copy does not change while a contributor is suspended") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    auto object = wants("hub", "login");
    object.suspend = true;
    f.add_credential(object);
    f.add_namespace("team-a");
    CHECK(f.view(build::here).suspended.size() == 1);
    CHECK(f.next("team-a") == secret_action::none);
    CHECK(decide(view_secret(f.state, build::here, {.resumed = &object})).action == secret_action::create);
}

TEST_CASE("nothing is planned in a namespace that terminates or is not known") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    CHECK_FALSE(f.view(build::here).namespace_usable);
    CHECK(f.next("team-a") == secret_action::none);
    f.add_namespace("team-a");
    f.apply_all();
    auto terminating = build::live_namespace("team-a");
    terminating.meta.deleting = true;
    terminating.meta.resource_version = f.next_version();
    f.state.namespaces().upsert(std::move(terminating));
    f.remove_credential("hub");
    CHECK_FALSE(f.view(build::here).namespace_usable);
    CHECK(f.next("team-a") == secret_action::none);
}

TEST_CASE("the caches are synced when each store has had a complete list") {
    constexpr int stores = 5;
    for (int left_out = 0; left_out <= stores; ++left_out) {
        CAPTURE(left_out);
        cluster_fixture f({"regcred", "other"}, false);
        int number = 0;
        const auto complete = [&](auto& store) {
            if (number++ == left_out) return;
            store.begin_replace();
            store.end_replace("1");
        };
        CHECK_FALSE(f.state.can_begin());
        complete(f.state.credentials());
        complete(f.state.namespaces());
        complete(f.state.sources());
        complete(f.state.copies("regcred"));
        complete(f.state.copies("other"));
        CHECK(f.state.can_begin() == (left_out == stores));
    }
}
