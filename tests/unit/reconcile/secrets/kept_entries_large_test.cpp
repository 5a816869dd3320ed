// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/kept_entries.hpp"
#include "reconcile/secrets/own_failures.hpp"
#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <functional>
#include <string>

using build::add_a;
using build::edit;
using build::lists;
using build::passwords;
using build::restart;

// About as many entries as a docker config may have: work that grows with their square takes minutes.

namespace {

/// Thousands of registries beside quay.io, which has this password.
std::string large_config(const std::string& password, const std::string& suffix = ".registry.example.com") {
    auto text = R"({"auths":{"quay.io":{"username":"u","password":")" + password + R"("})";
    for (int i = 0; i < 9990; ++i)
        text += fmt::format(R"(,"r{}{}":{{"username":"u","password":"p"}})", i, suffix);
    return text + "}}";
}

/// "a" delivers one entry and "b" thousands to the Secret of team-a, which has been written.
void add_small_and_large(build::cluster_fixture& f) {
    f.add_source("login-a", "ghcr.io", "CANARY-a");
    f.add_docker_config("login-b", large_config("CANARY-b"));
    f.add_namespace("team-a");
    f.add_credential(build::wants("a", "login-a"));
    f.add_credential(build::wants("b", "login-b"));
    f.apply_all();
}

}  // namespace

TEST_CASE("a RegistryCredential with thousands of entries delivers beside one that keeps its own") {
    build::cluster_fixture before;
    add_small_and_large(before);
    REQUIRE(passwords(before) == lists{"CANARY-a", "CANARY-b"});
    SUBCASE("because it is suspended") {
        edit(before, "a", [](auto& object) { object.suspend = true; });
        before.add_docker_config("login-b", large_config("CANARY-b2"));
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-a", "CANARY-b2"});
    }
    SUBCASE("because its source is not readable after a restart") {
        const auto f = restart(before);
        f->add_docker_config("login-b", large_config("CANARY-b2"));
        f->add_credential(build::wants("a", "login-a"));
        f->add_credential(build::wants("b", "login-b"));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a", "CANARY-b2"});
    }
    SUBCASE("and keeps thousands of entries itself while the other changes") {
        edit(before, "b", [](auto& object) { object.suspend = true; });
        before.add_source("login-a", "ghcr.io", "CANARY-a2");
        before.apply_all();
        CHECK(passwords(before) == lists{"CANARY-a2", "CANARY-b"});
    }
}

TEST_CASE("the entries of a copy without recorded origins are assigned, however many they are") {
    build::cluster_fixture f;
    add_small_and_large(f);
    edit(f, "a", [](auto& object) { object.suspend = true; });
    const auto content = build::content_without_origins(f);
    const auto view = view_secret(f.state, build::here, {.content = &content});
    REQUIRE(view.desired.document != nullptr);
    CHECK(view.desired.document->reveal().find("CANARY-a") != std::string::npos);
    CHECK(view.desired.document->reveal().find("CANARY-b") != std::string::npos);
}

TEST_CASE(
    "thousands of registries that an older RegistryCredential keeps are reported by the younger one once") {
    build::cluster_fixture before;
    before.add_docker_config("login-a", large_config("CANARY-a"));
    before.add_namespace("team-a");
    before.add_credential(build::wants("a", "login-a"));
    before.apply_all();
    const auto f = restart(before);
    f->add_credential(build::wants("a", "login-a"));
    f->add_docker_config("login-b", large_config("CANARY-b"));
    f->add_credential(build::wants("b", "login-b"));
    f->apply_all();
    CHECK(passwords(*f) == lists{"CANARY-a"});
    const auto failures = own_failures(f->state, f->view(build::here), {});
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].credential == "b");
    CHECK(failures[0].problem.message.find("registry quay.io") != std::string::npos);
    f->add_docker_config("login-a", large_config("CANARY-a2"));
    CHECK(own_failures(f->state, f->view(build::here), {}).empty());
}

TEST_CASE("a RegistryCredential that would give a copy more entries than can be read again is left out") {
    build::cluster_fixture before;
    before.add_docker_config("login-a", large_config("CANARY-a"));
    before.add_docker_config("login-b", large_config("CANARY-b", ".other.io"));
    before.add_namespace("team-a");
    before.add_credential(build::wants("a", "login-a"));
    before.add_credential(build::wants("b", "login-b"));
    before.apply_all();
    CHECK(passwords(before) == lists{"CANARY-a"});
    const auto failures = own_failures(before.state, before.view(build::here), {});
    REQUIRE_FALSE(failures.empty());
    CHECK(failures[0].credential == "b");
    CHECK(failures[0].problem.reason == "SourceTooLarge");
    CHECK(failures[0].problem.message.find("more than 10000 entries") != std::string::npos);
    const auto f = restart(before);  // the copy can be read
    f->add_credential(build::wants("a", "login-a"));
    f->apply_all();
    CHECK(f->view(build::here).content_readable);
}
