// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/world.hpp"

#include "reconcile/reasons.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

using reconcile::action;
using reconcile::cell;
using reconcile::decide;

namespace {

/// A world that is fed by hand, and what it asks to be looked at.
struct fixture {
    std::map<cell, runtime::lane> cells;
    std::set<std::string> statuses;
    reconcile::world model{{.own_namespace = "regcred-system", .secret_names = {"regcred", "other"}},
                           [this](const cell& at, runtime::lane lane) { cells.insert_or_assign(at, lane); },
                           [this](const std::string& name) { statuses.insert(name); }};
    int version = 100;

    std::string next_version() { return std::to_string(++version); }

    void source(const std::string& name, const std::string& registry, const std::string& password) {
        kube::secret secret;
        secret.meta = build::meta(name, "regcred-system");
        secret.meta.resource_version = next_version();
        secret.type = std::string(kube::docker_config_json_type);
        secret.data.emplace(kube::docker_config_json_key,
                            util::secret_bytes(R"({"auths":{")" + registry +
                                               R"(":{"username":"u","password":")" + password + R"("}}})"));
        model.sources().upsert(reconcile::read_source(std::move(secret)));
    }
    void home(const std::string& name, kube::string_map labels = {}) {
        auto object = build::live_namespace(name, std::move(labels));
        object.meta.resource_version = next_version();
        model.namespaces().upsert(std::move(object));
    }
    void credential(v1alpha1::registry_credential object) {
        object.meta.resource_version = next_version();
        model.credentials().upsert(std::move(object));
    }
    /// Does to the stores what the plan for a cell would do to the API server.
    void obey(const cell& at) {
        const auto view = model.look(at);
        const auto decided = decide(view);
        auto& copies = model.copies(at.secret_name);
        if (decided.what == action::remove) {
            copies.erase({at.namespace_name, at.secret_name}, next_version());
        } else if (decided.what != action::none) {
            reconcile::observed_secret made;
            made.meta = reconcile::desired_metadata(
                at, view.contributors, view.present ? &view.present->meta : nullptr);
            made.meta.uid = "uid-copy-" + at.namespace_name;
            made.meta.resource_version = next_version();
            made.docker_config = true;
            made.only_document = true;
            made.document = view.desired.digest;
            copies.upsert(std::move(made));
        } else if (!view.contributors.empty()) {
            model.cells().synced(at, 0, 0);
        }
    }
    void obey_all() {
        for (int round = 0; round < 5 && !cells.empty(); ++round) {
            const auto due = std::move(cells);
            cells.clear();
            for (const auto& [at, lane] : due)
                obey(at);
        }
    }
    [[nodiscard]] action next(const std::string& name, const std::string& secret = "regcred") {
        return decide(model.look({.namespace_name = name, .secret_name = secret})).what;
    }
};

v1alpha1::registry_credential wants(const char* name,
                                    const char* source,
                                    std::vector<std::string> include = {"*"}) {
    auto object = build::credential(name);
    object.sources = {{.secret_name = source, .registry = {}, .registries = {}}};
    object.namespaces.include = std::move(include);
    return object;
}

const cell team_a{.namespace_name = "team-a", .secret_name = "regcred"};

}  // namespace

TEST_CASE("a namespace that appears is urgent, in whatever order all else came") {
    fixture f;
    f.model.namespaces().begin_replace();
    f.model.namespaces().end_replace("1");
    f.credential(wants("hub", "login"));
    f.source("login", "quay.io", "CANARY-1");
    f.home("team-a");
    REQUIRE(f.cells.contains(team_a));
    CHECK(f.cells.at(team_a) == runtime::lane::urgent);
    CHECK(f.statuses.contains("hub"));
    CHECK(f.next("team-a") == action::create);
}

TEST_CASE("a rotation marks every selected namespace, behind all else") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login"));
    f.home("team-a");
    f.obey_all();
    REQUIRE(f.next("team-a") == action::none);

    f.source("login", "quay.io", "CANARY-2");
    REQUIRE(f.cells.contains(team_a));
    CHECK(f.cells.at(team_a) == runtime::lane::bulk);
    CHECK(f.next("team-a") == action::update);
}

TEST_CASE("what changes nothing marks nothing") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login"));
    f.home("team-a", {{"x", "1"}});
    f.obey_all();

    SUBCASE("a source written again with the same content") {
        f.source("login", "quay.io", "CANARY-1");
    }
    SUBCASE("a status") {
        auto object = wants("hub", "login");
        object.status.summary = "1/1";
        f.credential(object);
    }
    SUBCASE("a namespace of the same labels") {
        f.home("team-a", {{"x", "1"}});
    }
    SUBCASE("a Secret that no source names") {
        f.source("unused", "quay.io", "CANARY-9");
    }
    CHECK(f.cells.empty());
}

TEST_CASE("a namespace that is deselected by its labels loses its copy") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    auto object = wants("hub", "login", {});
    object.namespaces.selector = build::labels({{"pull", "private"}});
    f.credential(object);
    f.home("team-a", {{"pull", "private"}});
    f.obey_all();
    f.home("team-a");
    CHECK(f.cells.contains(team_a));
    CHECK(f.next("team-a") == action::remove);
}

TEST_CASE("an object that goes takes its copies, and leaves those that others feed too") {
    fixture f;
    f.source("a", "quay.io", "CANARY-1");
    f.source("b", "ghcr.io", "CANARY-2");
    f.credential(wants("first", "a", {"team-a", "team-b"}));
    f.credential(wants("second", "b", {"team-b"}));
    f.home("team-a");
    f.home("team-b");
    f.obey_all();
    f.model.credentials().erase({"", "first"}, f.next_version());
    CHECK(f.cells.size() == 2);
    CHECK(f.next("team-a") == action::remove);
    CHECK(f.next("team-b") == action::update);
}

TEST_CASE("on a rename the old copy stays until the new one is right") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    auto object = wants("hub", "login");
    f.credential(object);
    f.home("team-a");
    f.obey_all();

    object.secret_name = "other";
    object.meta.generation = 2;
    f.credential(object);
    CHECK(f.next("team-a", "other") == action::create);
    CHECK(f.next("team-a", "regcred") == action::none);

    const cell renamed{.namespace_name = "team-a", .secret_name = "other"};
    f.obey(renamed);
    f.obey(renamed);
    f.cells.clear();
    f.model.settled(renamed);
    CHECK(f.cells.contains(team_a));
    CHECK(f.next("team-a", "regcred") == action::remove);
}

TEST_CASE("of two objects that claim a registry the older one delivers it, and the younger one says so") {
    fixture f;
    f.source("a", "quay.io", "CANARY-old");
    f.source("b", "quay.io", "CANARY-new");
    auto younger = wants("younger", "b");
    younger.meta.creation_timestamp = "2026-02-02T00:00:00Z";
    const auto older = wants("older", "a");
    f.credential(younger);
    f.credential(older);
    f.home("team-a");

    const auto text = f.model.look(team_a).desired.document->reveal();
    CHECK(text.find("CANARY-old") != std::string_view::npos);
    CHECK(text.find("CANARY-new") == std::string_view::npos);
    const auto report = f.model.report(younger);
    CHECK(report.sources.reason == reconcile::reasons::registry_conflict);
    CHECK(report.sources.message.find("older") != std::string::npos);
    CHECK(f.model.report(older).sources.reason.empty());

    f.model.credentials().erase({"", "older"}, f.next_version());
    CHECK(f.model.look(team_a).desired.document->reveal().find("CANARY-new") != std::string_view::npos);
    CHECK(f.model.report(younger).sources.reason.empty());
}

TEST_CASE("the document does not depend on the order in which objects became known") {
    std::vector<std::string> order{"a", "b", "c", "d"};
    std::string expected;
    do {
        fixture f;
        f.home("team-a");
        for (const auto& name : order) {
            f.source(name, name + ".example.com", "CANARY-" + name);
            f.source(name + "-shared", "quay.io", "CANARY-shared-" + name);
            auto object = wants(name.c_str(), name.c_str());
            object.sources.push_back({.secret_name = name + "-shared", .registry = {}, .registries = {}});
            f.credential(object);
        }
        const std::string text(f.model.look(team_a).desired.document->reveal());
        if (expected.empty()) expected = text;
        CHECK(text == expected);
    } while (std::next_permutation(order.begin(), order.end()));
    CHECK(expected.find("CANARY-shared-a") != std::string::npos);
}

TEST_CASE("a report counts what is selected, right and wrong") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    const auto object = wants("hub", "login");
    f.credential(object);
    for (const char* name : {"a", "b", "c", "kube-system"})
        f.home(name);
    f.model.cells().synced({"a", "regcred"}, 0, 0);
    f.model.cells().failed(
        {"b", "regcred"},
        {.reason = "Denied", .message = "no", .since = "2026-05-01T10:00:00Z", .concerned = {}},
        0);
    const auto report = f.model.report(object);
    CHECK(report.selected == 3);
    CHECK(report.synced == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures.front().namespace_name == "b");
    CHECK(report.registries == std::vector<std::string>{"quay.io"});
}

TEST_CASE("an object that uses a name that is not allowed marks nothing and says so") {
    fixture f;
    f.home("team-a");
    auto object = wants("hub", "login");
    object.secret_name = "not-allowed";
    f.credential(object);
    CHECK(f.cells.empty());
    const auto report = f.model.report(object);
    CHECK_FALSE(report.name_allowed);
    CHECK(report.allowed_names == "regcred, other");
}

TEST_CASE("a Secret that cannot be removed is reported by the object that had it made") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login", {"team-*"}));
    f.credential(wants("bystander", "login", {"other"}));
    f.home("team-a");
    f.obey_all();
    auto narrower = wants("hub", "login", {"nobody"});
    narrower.meta.generation = 2;
    f.credential(std::move(narrower));
    REQUIRE(f.next("team-a") == action::remove);
    f.model.cells().failed(
        team_a, {.reason = "Denied", .message = "no", .since = "2026-05-01T10:00:00Z", .concerned = {}}, 0);

    const auto object = f.model.credentials().find({.namespace_name = {}, .name = "hub"});
    const auto report = f.model.report(*object);
    CHECK(report.selected == 0);
    CHECK(report.stuck == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].namespace_name == "team-a");
    CHECK(report.failures[0].reason == "Denied");
    const auto other = f.model.credentials().find({.namespace_name = {}, .name = "bystander"});
    CHECK(f.model.report(*other).failures.empty());
}

TEST_CASE("a view names the live objects that had the Secret made") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login"));
    f.home("team-a");
    f.obey_all();
    const auto view = f.model.look(team_a);
    REQUIRE(view.owners.size() == 1);
    CHECK(view.owners[0]->meta.name == "hub");
}

TEST_CASE("a changed namespace is looked at under every name that a Secret has there") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login"));
    f.home("team-a");
    f.obey_all();
    // A rename to a name that this install does not allow: the old copy waits for the new one.
    auto renamed = wants("hub", "login");
    renamed.secret_name = "forbidden";
    renamed.meta.generation = 2;
    f.credential(std::move(renamed));
    f.obey_all();
    REQUIRE(f.next("team-a") == action::none);

    auto object = build::live_namespace("team-a");
    object.meta.resource_version = f.next_version();
    object.meta.annotations.emplace("regcred.dev/opt-out", "true");
    f.statuses.clear();
    f.model.namespaces().upsert(std::move(object));
    CHECK(f.cells.contains(team_a));
    CHECK(f.next("team-a") == action::remove);
    CHECK(f.statuses.contains("hub"));
}

TEST_CASE("what is desired anew counts as right only when it has been looked at") {
    fixture f;
    f.source("login", "quay.io", "CANARY-1");
    f.credential(wants("hub", "login"));
    f.home("team-a");
    f.obey_all();
    const auto object = f.model.credentials().find({.namespace_name = {}, .name = "hub"});
    REQUIRE(f.model.report(*object).synced == 1);

    f.source("login", "quay.io", "CANARY-2");
    CHECK(f.model.report(*object).synced == 0);
    CHECK(f.model.report(*object).selected == 1);
    f.obey_all();
    CHECK(f.model.report(*object).synced == 1);

    auto changed = wants("hub", "login");
    changed.template_labels = {{"team", "a"}};
    changed.meta.generation = 2;
    f.credential(std::move(changed));
    CHECK(f.model.report(*object).synced == 0);
    f.obey_all();
    CHECK(f.model.report(*object).synced == 1);
}

TEST_CASE("a Secret of the controller's own namespace that is a source is known as one") {
    fixture f;
    f.credential(wants("hub", "regcred"));
    f.home("regcred-system");
    f.home("team-a");
    CHECK(f.model.look({.namespace_name = "regcred-system", .secret_name = "regcred"}).is_source);
    CHECK_FALSE(f.model.look({.namespace_name = "regcred-system", .secret_name = "other"}).is_source);
    CHECK_FALSE(f.model.look(team_a).is_source);

    // When it is a source no more, that may heal a conflict there.
    f.cells.clear();
    auto other = wants("hub", "login");
    other.meta.generation = 2;
    f.credential(std::move(other));
    CHECK(f.cells.contains({.namespace_name = "regcred-system", .secret_name = "regcred"}));
    CHECK_FALSE(f.model.look({.namespace_name = "regcred-system", .secret_name = "regcred"}).is_source);
}
