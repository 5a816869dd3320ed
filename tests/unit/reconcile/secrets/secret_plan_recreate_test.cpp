// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"
#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/shared_secret.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using reconcile::secret_action;

namespace {

/// a and b share the Secret of team-a. It cannot be updated any more; then b's source rotates.
struct immutable_copy : build::cluster_fixture {
    immutable_copy() {
        add_two(*this);
        auto copy = *state.find_copy(build::here);
        copy.immutable = true;
        copy.meta.resource_version = next_version();
        state.copies("regcred").upsert(std::move(copy));
        add_source("login-b", "ghcr.io", "CANARY-b2");
    }
    /// What the API server answers, with this document.
    [[nodiscard]] reconcile::copy_content content_of(const std::string& document) const {
        kube::secret stored;
        stored.meta = state.find_copy(build::here)->meta;
        stored.data.emplace(kube::docker_config_json_key, util::secret_bytes::copy_of(document));
        return reconcile::read_content(stored);
    }
    [[nodiscard]] reconcile::secret_view view_with(const reconcile::copy_content& content) {
        return view_secret(state, build::here, {.content = &content});
    }
};

bool holds(const reconcile::secret_view& view, const std::string& password) {
    return view.desired.document->reveal().find('"' + password + '"') != std::string_view::npos;
}

}  // namespace

TEST_CASE("an immutable copy is recreated with the entries that stay as they are in it") {
    immutable_copy f;
    SUBCASE("of a suspended RegistryCredential") {
        build::edit(f, "a", [](auto& object) { object.suspend = true; });
        f.add_source("login-a", "quay.io", "CANARY-a2");
    }
    SUBCASE("of a source that was never readable") {
        build::edit(f, "a", [](auto& object) { object.sources[0].secret_name = "missing"; });
    }
    CHECK(decide(view_secret(f.state, build::here)).needs_content);
    const auto content = f.content_of(f.document_of(build::here));
    const auto view = f.view_with(content);
    CHECK(decide(view).action == secret_action::recreate);
    CHECK(facts_of(view, decide(view), nullptr).destructive);
    CHECK(holds(view, "CANARY-a"));
    CHECK(holds(view, "CANARY-b2"));
}

TEST_CASE(
    "an immutable copy whose content cannot be read stays, and the message names who has entries in it") {
    immutable_copy f;
    SUBCASE("a suspended RegistryCredential") {
        build::edit(f, "a", [](auto& object) { object.suspend = true; });
    }
    SUBCASE("one whose source was never readable") {
        build::edit(f, "a", [](auto& object) { object.sources[0].secret_name = "missing"; });
    }
    const auto content = f.content_of("no docker config");
    const auto plan = decide(f.view_with(content));
    CHECK(plan.action == secret_action::none);
    CHECK(plan.reason == reconcile::reasons::conflict);
    CHECK(plan.message.find("RegistryCredential a ") != std::string::npos);
    CHECK(plan.message.find("RegistryCredential b") == std::string::npos);
}

TEST_CASE(
    "an immutable copy stays while the deletion guard holds entries in it, and the message names whose") {
    immutable_copy f;
    build::edit(f, "a", [](auto& object) { object.namespaces.include = {"team-b"}; });
    f.state.results().forget(build::here);  // nobody asked for the loss
    const auto content = f.content_of(f.document_of(build::here));
    const auto held = view_secret(f.state, build::here, {.content = &content, .keep_unasked = true});
    const auto plan = decide(held);
    CHECK(plan.action == secret_action::none);
    CHECK(plan.reason == reconcile::reasons::conflict);
    CHECK(plan.message.find("RegistryCredential a has in it are held by the deletion guard") !=
          std::string::npos);
    CHECK(decide(f.view_with(content)).action == secret_action::recreate);
}

namespace {

/// An immutable_copy that has been deleted to be created again, and is not there yet.
struct deleted_copy : immutable_copy {
    reconcile::copy_content content;

    void remove() {
        content = content_of(document_of(build::here));
        state.copies("regcred").erase(runtime::view_of(build::here), next_version());
    }
    [[nodiscard]] reconcile::secret_view view_now() {
        return view_secret(state, build::here, {.deleted = &content});
    }
};

}  // namespace

TEST_CASE("a copy that was deleted to be recreated is created with the entries that stay as they are") {
    deleted_copy f;
    SUBCASE("of a suspended RegistryCredential") {
        build::edit(f, "a", [](auto& object) { object.suspend = true; });
    }
    SUBCASE("of a source that was never readable") {
        build::edit(f, "a", [](auto& object) { object.sources[0].secret_name = "missing"; });
    }
    f.remove();
    const auto view = f.view_now();
    CHECK(decide(view).action == secret_action::create);
    CHECK_FALSE(facts_of(view, decide(view), nullptr).removes);
    CHECK(holds(view, "CANARY-a"));
    CHECK(holds(view, "CANARY-b2"));
    CHECK(view.lacking.empty());
    // Without the read it would lack the entry.
    CHECK_FALSE(holds(view_secret(f.state, build::here), "CANARY-a"));
}

TEST_CASE("a copy that was deleted to be recreated is created for owners that only keep their entries") {
    deleted_copy f;
    build::edit(f, "a", [](auto& object) { object.suspend = true; });
    build::edit(f, "b", [](auto& object) { object.namespaces.include = {"team-b"}; });
    f.remove();
    const auto view = f.view_now();
    REQUIRE(view.contributors.empty());
    CHECK(decide(view).action == secret_action::create);
    CHECK(holds(view, "CANARY-a"));
    CHECK_FALSE(holds(view, "CANARY-b"));
    CHECK(decide(view_secret(f.state, build::here)).action == secret_action::none);
}

TEST_CASE("a copy that was deleted to be recreated is created for a RegistryCredential deleted with Retain") {
    deleted_copy f;
    build::edit(f, "a", [](auto& object) { object.on_deletion = v1alpha1::deletion_policy::retain; });
    f.apply_all();
    f.remove_credential("a");
    f.remove_credential("b");
    f.remove();
    const auto view = f.view_now();
    CHECK(decide(view).action == secret_action::create);
    CHECK(holds(view, "CANARY-a"));
}

TEST_CASE("a copy that was deleted to be recreated is not created once nobody wants or keeps it") {
    deleted_copy f;
    f.remove();
    build::edit(f, "a", [](auto& object) { object.namespaces.include = {"team-b"}; });
    build::edit(f, "b", [](auto& object) { object.namespaces.include = {"team-b"}; });
    const auto plan = decide(f.view_now());
    CHECK(plan.action == secret_action::none);
    CHECK(plan.reason.empty());
}

TEST_CASE("what was read of a deleted copy does not count once a Secret is there again") {
    deleted_copy f;
    build::edit(f, "a", [](auto& object) { object.suspend = true; });
    f.remove();
    f.apply_plan(build::here);
    const auto view = f.view_now();
    CHECK_FALSE(view.recreating);
    CHECK(decide(view).needs_content == keeps_entries(view));
}
