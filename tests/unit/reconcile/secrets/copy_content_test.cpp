// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/copy_content.hpp"

#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/secrets/secret_view.hpp"
#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using build::add_a;
using build::add_two;
using build::edit;
using build::lists;
using build::passwords;
using build::restart;

TEST_CASE("a RegistryCredential with a source that was never readable delivers its other sources") {
    build::cluster_fixture f;
    f.add_source("there", "quay.io", "CANARY-a");
    f.add_namespace("team-a");
    auto object = build::wants("a", "there");
    object.sources.push_back({.secret_name = "later", .registry = "ghcr.io", .registries = {}});
    f.add_credential(object);
    const auto view = f.view(build::here);
    REQUIRE(view.lacking.size() == 1);
    CHECK(view.lacking[0].source.secret_name == "later");
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    f.add_source("there", "quay.io", "CANARY-a2");
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a2"});
}

TEST_CASE("an entry of a source that is not readable after a restart stays while the spec lets it") {
    const auto two_sources = [](std::vector<std::string> registries) {
        auto object = build::wants("a", "login-a");
        object.sources.push_back(
            {.secret_name = "login-b", .registry = {}, .registries = std::move(registries)});
        return object;
    };
    build::cluster_fixture before;
    before.add_source("login-a", "quay.io", "CANARY-a");
    before.add_source("login-b", "ghcr.io", "CANARY-b");
    before.add_namespace("team-a");
    before.add_credential(two_sources({}));
    before.apply_all();
    REQUIRE(passwords(before) == lists{"CANARY-a", "CANARY-b"});

    const auto f = restart(before);
    f->add_source("login-a", "quay.io", "CANARY-a2");
    SUBCASE("login-b is missing") {
        f->add_credential(two_sources({}));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a2", "CANARY-b"});
    }
    SUBCASE("login-b is missing, and registries does not allow the entry") {
        f->add_credential(two_sources({"quay.*"}));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a2"});
    }
    SUBCASE("login-b is no longer in the spec") {
        f->add_credential(build::wants("a", "login-a"));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a2"});
    }
    SUBCASE("login-b is missing, and an entry of login-a was removed") {
        f->add_source("login-a", "registry.example.com", "CANARY-b2");
        f->add_credential(two_sources({}));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-b", "CANARY-b2"});
    }
}

TEST_CASE("of a copy that records no origins, the entries are its only owner's") {
    build::cluster_fixture f;
    add_a(f, "quay.io");
    edit(f, "a", [](auto& object) { object.suspend = true; });
    f.add_credential(build::wants("b", "login-b"));  // the same registry
    const auto content = build::content_without_origins(f);
    const auto view = view_secret(f.state, build::here, {.content = &content});
    REQUIRE(view.desired.document != nullptr);
    CHECK(view.desired.document->reveal().find("CANARY-a") != std::string::npos);
    CHECK(view.desired.origins == "uid-a/=quay.io");
}

TEST_CASE("a RegistryCredential without a readable source does not inherit the entries of a deleted one") {
    build::cluster_fixture f;
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.add_namespace("team-a");
    f.add_credential(build::wants("a", "login-a"));
    f.apply_all();
    f.add_credential(build::wants("b", "missing"));
    f.remove_credential("a");
    f.apply_all();
    CHECK(passwords(f).empty());
}

TEST_CASE("entries that were kept for a suspended owner stay when it continues with an unknown source") {
    build::cluster_fixture before;
    add_a(before);
    edit(before, "a", [](auto& object) { object.suspend = true; });
    before.add_credential(build::wants("b", "login-b"));
    before.apply_all();
    REQUIRE(passwords(before) == lists{"CANARY-a", "CANARY-b"});

    const auto f = restart(before);
    f->add_source("login-b", "ghcr.io", "CANARY-b2");
    f->add_credential(build::wants("a", "login-a"));
    f->add_credential(build::wants("b", "login-b"));
    f->apply_all();
    CHECK(passwords(*f) == lists{"CANARY-a", "CANARY-b2"});
}

TEST_CASE("a copy records the source of each entry, also if all come from one") {
    build::cluster_fixture f;
    add_a(f);
    const auto& annotations = f.state.find_copy(build::here)->meta.annotations;
    const auto recorded = annotations.find(reconcile::entries_annotation);
    REQUIRE(recorded != annotations.end());
    CHECK(recorded->second == "uid-a/login-a=quay.io");
}

TEST_CASE("the entries of a source that is replaced in the spec stay until the new one can be read") {
    build::cluster_fixture before;
    add_a(before);
    const auto replaced = [](auto& object) { object.sources.front().secret_name = "next"; };
    SUBCASE("while the controller runs") {
        edit(before, "a", replaced);
        CHECK_FALSE(decide(view_secret(before.state, build::here)).needs_content);
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-a"});
        CHECK(before.view(build::here).lacking.empty());
        before.add_source("next", "ghcr.io", "CANARY-b");
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-b"});
    }
    SUBCASE("while it does not") {
        const auto f = restart(before);
        f->add_source("login-a", "quay.io", "CANARY-a");
        auto object = build::wants("a", "login-a");
        replaced(object);
        f->add_credential(object);
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a"});
    }
    SUBCASE("unless the new one may not deliver them") {
        edit(before, "a", [&](auto& object) {
            replaced(object);
            object.sources.front().registries = {"ghcr.io"};
        });
        before.apply_all();
        CHECK(passwords(before).empty());
        CHECK(before.state.find_copy(build::here) == nullptr);
    }
    SUBCASE("unless it is removed without another one that cannot be read") {
        edit(before, "a", [](auto& object) { object.sources.front().secret_name = "login-b"; });
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-b"});
    }
    SUBCASE("and another RegistryCredential keeps its own") {
        before.add_credential(build::wants("b", "login-b"));
        before.apply_all();
        REQUIRE(passwords(before) == lists{"CANARY-a", "CANARY-b"});
        edit(before, "a", replaced);
        before.add_source("login-b", "ghcr.io", "CANARY-b2");
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-a", "CANARY-b2"});
    }
}

TEST_CASE("both spellings of a registry stay while their source is not known") {
    build::cluster_fixture before;
    before.add_source("login-a",
                      R"(docker.io":{"username":"u","password":"CANARY-a"},"https://index.docker.io/v1/)",
                      "CANARY-a");
    before.add_source("login-b", "ghcr.io", "CANARY-b");
    before.add_namespace("team-a");
    before.add_credential(build::wants("a", "login-a"));
    before.add_credential(build::wants("b", "login-b"));
    before.apply_all();
    const auto document = before.document_of(build::here);
    REQUIRE(document.find("https://index.docker.io/v1/") != std::string::npos);
    const auto f = restart(before);
    f->add_source("login-b", "ghcr.io", "CANARY-b");
    f->add_credential(build::wants("a", "login-a"));
    f->add_credential(build::wants("b", "login-b"));
    f->apply_all();
    CHECK(f->document_of(build::here) == document);
}

TEST_CASE("a suspended or unusable owner loses no entry when its source is replaced") {
    build::cluster_fixture f;
    add_a(f);
    edit(f, "a", [](auto& object) {
        object.suspend = true;
        object.sources.front().secret_name = "missing";
    });
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
}

TEST_CASE("the record shows without a read whether a copy may stay as it is, and which source it lacks") {
    build::cluster_fixture before;
    add_two(before);
    const auto f = restart(before);  // no source is known
    f->add_credential(build::wants("a", "login-a"));
    f->add_credential(build::wants("b", "login-b"));
    const auto unread = [&] { return view_secret(f->state, build::here); };
    CHECK_FALSE(decide(unread()).needs_content);
    CHECK(unread().lacking.empty());

    auto other = build::wants("b", "login-b");
    other.sources.front().registries = {"quay.io"};
    other.meta.generation = 2;
    f->add_credential(other);
    CHECK(decide(unread()).needs_content);

    build::cluster_fixture only_a;
    add_a(only_a);
    only_a.add_credential(build::wants("b", "missing"));
    only_a.apply_all();
    const auto g = restart(only_a);
    g->add_credential(build::wants("a", "login-a"));
    g->add_credential(build::wants("b", "missing"));
    const auto view = view_secret(g->state, build::here);
    CHECK_FALSE(decide(view).needs_content);
    REQUIRE(view.lacking.size() == 1);
    CHECK(view.lacking[0].credential->meta.name == "b");
    CHECK(view.lacking[0].source.secret_name == "missing");
}

TEST_CASE("a copy is read if its record does not tell whether it may stay as it is") {
    build::cluster_fixture before;
    add_two(before);
    const auto f = restart(before);  // no source is known
    f->add_credential(build::wants("a", "login-a"));
    f->add_credential(build::wants("b", "login-b"));
    REQUIRE(view_secret(f->state, build::here).all_recorded_stay);
    auto copy = *f->state.find_copy(build::here);
    const std::string key(reconcile::entries_annotation);
    for (const auto* record : {"", "no record", "uid-a/login-a=quay.io;uid-b/login-b#AAAA"}) {
        CAPTURE(record);
        copy.meta.annotations[key] = record;
        copy.meta.resource_version = f->next_version();
        f->state.copies("regcred").upsert(reconcile::observed_secret(copy));
        const auto view = view_secret(f->state, build::here);
        CHECK_FALSE(view.all_recorded_stay);
        CHECK(view.lacking.empty());
        CHECK(decide(view).needs_content);
    }
}

TEST_CASE("an entry that a person added to a copy is removed") {
    build::cluster_fixture before;
    add_a(before);
    const auto f = restart(before);
    f->add_credential(build::wants("a", "login-a"));
    kube::secret edited;
    edited.meta = f->state.find_copy(build::here)->meta;
    edited.data.emplace(kube::docker_config_json_key,
                        util::secret_bytes(R"({"auths":{"quay.io":{"username":"u","password":"CANARY-a"},)"
                                           R"("ghcr.io":{"username":"u","password":"CANARY-b"}}})"));
    const auto content = reconcile::read_content(edited);
    const auto view = view_secret(f->state, build::here, {.content = &content});
    REQUIRE(view.desired.document != nullptr);
    CHECK(view.desired.document->reveal().find("CANARY-a") != std::string::npos);
    CHECK(view.desired.document->reveal().find("CANARY-b") == std::string::npos);
}
