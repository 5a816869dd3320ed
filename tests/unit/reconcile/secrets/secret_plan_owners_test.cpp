// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

using build::here;
using build::wants;
using reconcile::ownership;
using reconcile::secret_action;

// An object of another kind owns the Secret too.

namespace {

const kube::owner_reference config_map{.api_version = "v1",
                                       .kind = "ConfigMap",
                                       .name = "x",
                                       .uid = "uid-x",
                                       .controller = std::nullopt,
                                       .block_owner_deletion = std::nullopt};

/// hub keeps the Secret of team-a, which a ConfigMap owns too.
struct owned_by_two : build::cluster_fixture {
    explicit owned_by_two(v1alpha1::registry_credential hub = wants("hub", "login", {"team-a"})) {
        add_source("login", "quay.io", "CANARY-1");
        add_namespace("team-a");
        add_credential(std::move(hub));
        apply_all();
        change([](auto& copy) {
            copy.meta.owner_references.push_back(config_map);
            copy.meta.labels.emplace("team", "a");
            copy.meta.annotations.emplace("team", "a");
        });
    }
    template <class Change>
    void change(Change apply) {
        auto copy = *state.find_copy(here);
        copy.meta.resource_version = next_version();
        apply(copy);
        state.copies("regcred").upsert(std::move(copy));
    }
    void deselect() {
        auto object = wants("hub", "login", {"team-b"});
        object.meta.generation = 2;
        add_credential(std::move(object));
    }
    reconcile::secret_plan plan() { return decide(view(here)); }
};

}  // namespace

TEST_CASE("a Secret that an object of another kind owns too loses all of regcred's, and is not deleted") {
    owned_by_two f;
    SUBCASE("its namespace is no longer selected") {
        f.deselect();
    }
    SUBCASE("the RegistryCredential is deleted") {
        f.remove_credential("hub");
    }
    SUBCASE("its owner is named in the annotation") {
        auto hub = wants("hub", "login", {"team-a"});
        hub.on_deletion = v1alpha1::deletion_policy::retain;
        hub.template_labels = {{"ours", "x"}};
        hub.meta.generation = 2;
        f.add_credential(std::move(hub));
        f.apply_all();
        REQUIRE(f.state.find_copy(here)->meta.owner_references.size() == 1);
        REQUIRE(f.state.find_copy(here)->meta.labels.contains("ours"));
        auto object = wants("hub", "login", {"team-b"});
        object.meta.generation = 3;
        f.add_credential(std::move(object));
    }
    const auto plan = f.plan();
    CHECK(plan.action == secret_action::update);
    CHECK(facts_of(f.view(here), plan, nullptr).removes);
    f.apply_plan(here);
    CHECK(f.document_of(here) == R"({"auths":{}})");
    const auto& left = f.state.find_copy(here)->meta;
    REQUIRE(left.owner_references.size() == 1);
    CHECK(left.owner_references.front() == config_map);
    CHECK(left.labels == kube::string_map{{"team", "a"}});
    CHECK(left.annotations == kube::string_map{{"team", "a"}});
    CHECK(f.view(here).owner == ownership::foreign);
    CHECK(f.plan().action == secret_action::none);
    CHECK(f.plan().reason.empty());
}

TEST_CASE("an immutable Secret that an object of another kind owns too is neither deleted nor recreated") {
    owned_by_two f;
    f.change([](auto& copy) { copy.immutable = true; });
    const auto is_reported = [&f] {
        const auto plan = f.plan();
        return plan.action == secret_action::none && plan.reason == reconcile::reasons::conflict &&
               plan.message.find("an object of another kind owns it too") != std::string::npos;
    };
    CHECK(is_reported());
    f.deselect();
    CHECK(is_reported());
    f.change([](auto& copy) { copy.meta.owner_references.pop_back(); });
    CHECK(f.plan().action == secret_action::remove);
}

TEST_CASE("a wanted Secret that an object of another kind owns too keeps its owners if no entry may stay") {
    reconcile::secret_view view;
    view.key = here;
    view.namespace_usable = true;
    view.contributors = {build::shared(build::credential("late"))};
    view.dropped = {build::shared(build::credential("hub"))};
    view.owner = ownership::ours;
    view.content_read = true;
    view.content_readable = true;
    const auto holds = [&view](const reconcile::contributor_list& owners, std::string_view text) {
        auto copy = build::copy(owners, std::string(text));
        copy.meta.owner_references.insert(copy.meta.owner_references.begin(), config_map);
        view.present = std::make_shared<const reconcile::observed_secret>(std::move(copy));
    };
    holds({view.dropped.front(), view.contributors.front()}, "hub's entries");
    CHECK(decide(view).action == secret_action::update);
    CHECK(facts_of(view, decide(view), nullptr).removes);
    view.dropped.clear();
    holds(view.contributors, "hub's entries");
    CHECK(decide(view).action == secret_action::update);
    holds(view.contributors, reconcile::no_entries);
    CHECK(decide(view).action == secret_action::none);
}
