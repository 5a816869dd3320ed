// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/kept_entries.hpp"

#include "unit/reconcile/builders.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

using build::add_two;
using build::lists;
using build::passwords;
using build::restart;

namespace {

struct disruption {
    const char* name;
    /// Makes it of a cluster where all is well.
    std::function<std::unique_ptr<build::cluster_fixture>(std::unique_ptr<build::cluster_fixture>)> make;
};

/// Ways in which RegistryCredential a stops delivering.
const std::vector<disruption>& disruptions_of_a() {
    using fixture = std::unique_ptr<build::cluster_fixture>;
    static const auto change = [](fixture f, auto edit) {
        auto object = *f->find_credential("a");
        edit(object);
        ++object.meta.generation;
        f->add_credential(std::move(object));
        return f;
    };
    static const auto restarted = [](const fixture& before, auto add_source_of_a) {
        auto f = restart(*before);
        add_source_of_a(*f);
        f->add_source("login-b", "ghcr.io", "CANARY-b");
        f->add_credential(build::wants("a", "login-a"));
        f->add_credential(build::wants("b", "login-b"));
        return f;
    };
    static const std::vector<disruption> all{
        {"its source is deleted",
         [](fixture f) {
             f->state.sources().erase({.namespace_name = "regcred-system", .name = "login-a"},
                                      f->next_version());
             return f;
         }},
        {"its source is missing after a restart",
         [](fixture f) { return restarted(f, [](build::cluster_fixture&) {}); }},
        {"its source is invalid after a restart",
         [](fixture f) {
             return restarted(f,
                              [](build::cluster_fixture& g) { g.add_source("login-a", "not a key", "x"); });
         }},
        {"it is suspended",
         [](fixture f) { return change(std::move(f), [](auto& object) { object.suspend = true; }); }},
        {"it is suspended and selects another namespace",
         [](fixture f) {
             return change(std::move(f), [](auto& object) {
                 object.suspend = true;
                 object.namespaces.include = {"elsewhere"};
             });
         }},
        {"its spec cannot be used",
         [](fixture f) {
             return change(std::move(f), [](auto& object) {
                 v1alpha1::registry_credential unusable;
                 unusable.meta = object.meta;
                 unusable.spec_fault = "spec.sources: required";
                 object = std::move(unusable);
             });
         }},
        {"it is being deleted",
         [](fixture f) { return change(std::move(f), [](auto& object) { object.meta.deleting = true; }); }},
        {"it has a Secret name that is not allowed",
         [](fixture f) {
             return change(std::move(f), [](auto& object) { object.secret_name = "not-allowed"; });
         }},
    };
    return all;
}

}  // namespace

TEST_CASE("a RegistryCredential that cannot deliver keeps its entries, and the copy follows the others") {
    for (const auto& disruption : disruptions_of_a()) {
        CAPTURE(disruption.name);
        auto made = std::make_unique<build::cluster_fixture>();
        add_two(*made);
        REQUIRE(passwords(*made) == lists{"CANARY-a", "CANARY-b"});
        auto f = disruption.make(std::move(made));
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a", "CANARY-b"});

        f->add_source("login-b", "ghcr.io", "CANARY-b2");  // a rotation
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a", "CANARY-b2"});

        f->add_namespace("team-new");
        f->apply_all();
        CHECK(passwords(*f, "team-new").back() == "CANARY-b2");

        f->remove_credential("b");  // a revocation
        f->apply_all();
        CHECK(passwords(*f) == lists{"CANARY-a"});

        f->remove_credential("a");
        f->apply_all();
        CHECK(passwords(*f).empty());
        CHECK(f->state.find_copy(build::here) == nullptr);
    }
}
