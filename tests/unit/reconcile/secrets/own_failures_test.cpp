// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/own_failures.hpp"

#include "dockerconfig/document.hpp"
#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using build::add_a;
using build::add_two;
using build::edit;
using build::lists;
using build::passwords;
using build::restart;

TEST_CASE("entries that have grown too large stay as they were, and only their owner reports it") {
    build::cluster_fixture f;
    add_two(f);
    const std::string half(dockerconfig::max_document_bytes / 4, 'x');
    f.add_source("login-b", "ghcr.io", half);
    f.apply_all();
    f.add_source("login-a", "quay.io", half);  // "a" is the older one, and grows later
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    CHECK(f.document_of(build::here).find(half) != std::string::npos);
    const auto grown = own_failures(f.state, f.view(build::here), {});
    REQUIRE(grown.size() == 1);
    CHECK(grown[0].credential == "a");

    f.add_source("login-a", "quay.io", "CANARY-a2");
    f.apply_all();
    f.add_source("login-b", "ghcr.io", "CANARY-b");
    f.apply_all();
    REQUIRE(passwords(f) == lists{"CANARY-a2", "CANARY-b"});
    f.add_source("login-b", "ghcr.io", std::string(dockerconfig::max_document_bytes / 2, 'x'));
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a2", "CANARY-b"});
    f.add_source("login-a", "quay.io", "CANARY-a");
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a", "CANARY-b"});
    const auto view = f.view(build::here);
    const auto failures = own_failures(f.state, view, {});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].credential == "b");
    CHECK(failures[0].problem.reason == reconcile::reasons::source_too_large);
}

TEST_CASE("a docker config larger than the installation allows concerns only its RegistryCredential") {
    constexpr std::size_t limit = 2000;
    build::cluster_fixture f({"regcred"}, true, limit);
    add_a(f);
    f.add_credential(build::wants("b", "login-b"));
    f.add_source("login-b", "ghcr.io", std::string(limit, 'x'));
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    SUBCASE("in a namespace that is new") {}
    SUBCASE("after the other one has changed") {
        f.add_source("login-a", "quay.io", "CANARY-a2");
    }
    SUBCASE("while entries of the copy are kept") {
        f.add_source("login-b", "ghcr.io", "CANARY-b");
        f.apply_all();
        REQUIRE(passwords(f) == lists{"CANARY-a", "CANARY-b"});
        edit(f, "a", [](auto& object) { object.suspend = true; });
        f.add_source("login-b", "ghcr.io", std::string(limit, 'x'));
    }
    f.add_namespace("team-b");
    f.apply_all();
    const auto failures = own_failures(f.state, f.view(build::here), std::vector<reconcile::secret_plan>(1));
    REQUIRE_FALSE(failures.empty());
    CHECK(failures.back().credential == "b");
    CHECK(failures.back().problem.reason == reconcile::reasons::source_too_large);
    CHECK(decide(f.view(build::here)).reason.empty());
    CHECK(f.document_of(build::here).size() <= limit);
    CHECK(passwords(f).front().starts_with("CANARY-a"));
}

TEST_CASE("a registry of which the copy keeps an older entry is reported by the younger RegistryCredential") {
    build::cluster_fixture before;
    add_a(before, "quay.io");
    const auto f = restart(before);  // the source of "a" is not known
    f->add_credential(build::wants("a", "login-a"));
    f->add_source("login-b", "https://quay.io/v2/", "CANARY-b");
    f->add_credential(build::wants("b", "login-b"));
    f->apply_all();
    CHECK(passwords(*f) == lists{"CANARY-a"});
    const auto failures = own_failures(f->state, f->view(build::here), {});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].credential == "b");
    CHECK(failures[0].problem.reason == reconcile::reasons::registry_conflict);
    CHECK(failures[0].problem.message.find(
              "registry https://quay.io/v2/: it keeps that of the older RegistryCredential a;") !=
          std::string::npos);
    f->add_source("login-a", "quay.io", "CANARY-a");
    f->apply_all();
    CHECK(own_failures(f->state, f->view(build::here), {}).empty());  // SourcesValid reports it
}

TEST_CASE(
    "a kept entry of an older RegistryCredential that does not contribute is reported, whatever its source "
    "has") {
    build::cluster_fixture f;
    add_a(f, "quay.io");
    auto elsewhere = build::wants("a", "login-a", {"team-b"});
    elsewhere.suspend = true;
    elsewhere.meta.generation = 2;
    f.add_credential(elsewhere);
    f.add_credential(build::wants("b", "login-b"));
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    const auto failures = own_failures(f.state, f.view(build::here), std::vector<reconcile::secret_plan>(1));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].credential == "b");
    CHECK(failures[0].problem.reason == reconcile::reasons::registry_conflict);
}

TEST_CASE("entries that stay as they are have their place before those that have grown") {
    build::cluster_fixture f;
    add_two(f);  // "a" is the older one
    const std::string large(dockerconfig::max_document_bytes / 4, 'x');
    f.add_source("login-b", "ghcr.io", large);
    f.apply_all();
    auto paused = build::wants("b", "login-b");
    paused.suspend = true;
    paused.meta.generation = 2;
    f.add_credential(paused);
    f.apply_all();
    f.add_source("login-a", "quay.io", large);
    f.apply_all();
    CHECK(passwords(f) == lists{"CANARY-a"});
    CHECK(f.document_of(build::here).find(large) != std::string::npos);
    const auto failures = own_failures(f.state, f.view(build::here), std::vector<reconcile::secret_plan>(1));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].credential == "a");
    CHECK(failures[0].problem.reason == reconcile::reasons::source_too_large);
}
