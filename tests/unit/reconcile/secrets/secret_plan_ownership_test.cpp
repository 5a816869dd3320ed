// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using build::wants;
using reconcile::ownership;
using reconcile::secret_action;

namespace {

const runtime::object_key theirs{.namespace_name = "team-b", .name = "regcred"};

/// hub keeps the Secret of team-a, and a person has copied that with its metadata into team-b, but without
/// managedFields, which the API server then writes anew.
struct copied_secret : build::cluster_fixture {
    copied_secret() {
        add_source("login", "quay.io", "CANARY-1");
        add_namespace("team-a");
        add_credential(wants("hub", "login", {"team-a"}));
        apply_all();
        add_namespace("team-b");
        put([](auto&) {});
    }
    template <class Change>
    void put(Change change) {
        auto copied = *state.find_copy(build::here);
        copied.meta.namespace_name = theirs.namespace_name;
        copied.meta.uid = "uid-theirs";
        copied.meta.resource_version = next_version();
        copied.written_by_regcred = false;
        copied.has_managers = true;
        copied.mark = reconcile::written_as::another;
        change(copied);
        state.copies("regcred").upsert(std::move(copied));
    }
    /// hub selects team-b too.
    void select(v1alpha1::conflict_policy policy = v1alpha1::conflict_policy::fail) {
        auto object = wants("hub", "login", {"team-*"});
        object.on_conflict = policy;
        object.meta.generation = find_credential("hub")->meta.generation + 1;
        add_credential(std::move(object));
    }
    reconcile::secret_plan plan() { return decide(view(theirs)); }
};

void add_entry(reconcile::observed_secret& copied) {
    copied.document = util::digest_of("with an entry of the person's");
}

/// As a backup program leaves it: Velero patches the managedFields of the backup back.
void restore_managed_fields(reconcile::observed_secret& copied) {
    copied.written_by_regcred = true;
}

void name_owner_in_annotation(reconcile::observed_secret& copied) {
    copied.meta.owner_references.clear();
    copied.meta.annotations.emplace(reconcile::owner_annotation, "uid-hub");
}

}  // namespace

TEST_CASE("a Secret that names a RegistryCredential and that regcred did not write is a Conflict") {
    copied_secret f;
    SUBCASE("with another content") {
        f.put(add_entry);
    }
    SUBCASE("with the same content") {}
    SUBCASE("that is immutable") {
        f.put([](auto& copied) { copied.immutable = true; });
    }
    SUBCASE("that names its owner in the annotation") {
        f.put(name_owner_in_annotation);
    }
    SUBCASE("that a backup program has restored in another namespace") {
        f.put(restore_managed_fields);
    }
    SUBCASE("that names its owner in the annotation, and was restored in another namespace") {
        f.put([](auto& copied) {
            name_owner_in_annotation(copied);
            restore_managed_fields(copied);
        });
    }
    SUBCASE("whose managedFields a tool has stripped, but the mark shows that it was copied") {
        f.put([](auto& copied) { copied.has_managers = false; });
    }
    SUBCASE("without the mark of a copy") {
        f.put([](auto& copied) { copied.mark = reconcile::written_as::none; });
    }
    CHECK(f.plan().reason == reconcile::reasons::conflict);  // it is not selected
    f.select();
    const auto plan = f.plan();
    CHECK(f.view(theirs).owner == ownership::foreign);
    CHECK(plan.action == secret_action::none);
    CHECK_FALSE(plan.needs_content);
    CHECK(plan.reason == reconcile::reasons::conflict);
    CHECK(plan.message.find("names a RegistryCredential as its owner") != std::string::npos);
    CHECK(plan.message.find("Adopt") != std::string::npos);
}

TEST_CASE("a Secret that regcred did not write is a Conflict also while a source cannot be read") {
    copied_secret f;
    auto object = wants("hub", "missing", {"team-*"});
    object.meta.generation = 2;
    f.add_credential(std::move(object));
    CHECK(f.plan().reason == reconcile::reasons::conflict);
}

TEST_CASE("a Secret that names a suspended RegistryCredential and that regcred did not write is left alone") {
    copied_secret f;
    auto object = wants("hub", "login", {"team-*"});
    object.suspend = true;
    object.meta.generation = 2;
    f.add_credential(std::move(object));
    f.add_credential(wants("quay", "login"));
    CHECK(f.plan().reason == reconcile::reasons::conflict);
    f.remove_credential("quay");
    CHECK(f.plan().action == secret_action::none);
    CHECK_FALSE(f.plan().needs_content);
    CHECK(f.view(theirs).kept.empty());  // else Adopt would make it an owner again
}

TEST_CASE("Adopt takes over a Secret that names a RegistryCredential and that regcred did not write") {
    copied_secret f;
    f.put(add_entry);
    f.select(v1alpha1::conflict_policy::adopt);
    CHECK(f.plan().action == secret_action::update);
    CHECK(f.plan().adopts);

    f.put(restore_managed_fields);
    CHECK(f.plan().action == secret_action::update);
    CHECK(f.plan().adopts);

    // An update that changes nothing would not make regcred one of the managers.
    const auto make_exact = [](auto& copied) { copied.mark = reconcile::written_as::this_one; };
    f.put(make_exact);
    CHECK(f.plan().action == secret_action::recreate);
    CHECK(f.plan().adopts);

    f.put([&](auto& copied) {
        make_exact(copied);
        restore_managed_fields(copied);
    });
    CHECK(f.plan().action == secret_action::none);
}

TEST_CASE("Adopt of a Secret that regcred did not write takes nothing from the owner that it names") {
    copied_secret f;
    f.put(add_entry);
    auto adopting = wants("quay", "login", {"team-b"});
    adopting.on_conflict = v1alpha1::conflict_policy::adopt;
    f.add_credential(std::move(adopting));
    REQUIRE(f.plan().adopts);
    const auto facts = facts_of(f.view(theirs), f.plan(), nullptr);
    CHECK(facts.destructive);
    CHECK_FALSE(facts.removes);
}

TEST_CASE("a copy that a person has edited is repaired") {
    copied_secret f;
    f.put([](auto& copied) {
        copied.written_by_regcred = true;
        copied.mark = reconcile::written_as::this_one;
        add_entry(copied);
    });
    f.select();
    CHECK(f.plan().action == secret_action::update);
    CHECK_FALSE(f.plan().adopts);
}

TEST_CASE("a copy of an older controller, which has no mark, is marked with one write, and is not deleted") {
    copied_secret f;
    f.put([](auto& copied) {
        copied.written_by_regcred = true;
        copied.mark = reconcile::written_as::none;
    });
    CHECK(f.plan().action == secret_action::none);
    CHECK(f.plan().reason == reconcile::reasons::conflict);
    f.select();
    CHECK(f.view(theirs).owner == ownership::ours);
    CHECK(f.plan().action == secret_action::update);
    CHECK_FALSE(f.plan().adopts);
    f.apply_plan(theirs);
    CHECK(f.plan().action == secret_action::none);
    CHECK(f.plan().reason.empty());
    auto object = wants("hub", "login", {"team-a"});
    object.meta.generation = 3;
    f.add_credential(std::move(object));
    CHECK(f.plan().action == secret_action::remove);
}

TEST_CASE("a copy whose managedFields a tool has stripped is kept up to date, and not deleted") {
    copied_secret f;
    f.put([](auto& copied) {
        copied.has_managers = false;
        copied.mark = reconcile::written_as::this_one;
        add_entry(copied);
    });
    CHECK(f.plan().reason == reconcile::reasons::conflict);
    f.select();
    CHECK(f.view(theirs).owner == ownership::ours);
    CHECK(f.plan().action == secret_action::update);
}
