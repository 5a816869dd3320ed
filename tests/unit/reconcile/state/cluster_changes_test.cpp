// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/reasons.hpp"
#include "reconcile/status/credential_report.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

using build::cluster_fixture;
using build::wants;
using reconcile::secret_action;

TEST_CASE("a new namespace is urgent, in any order of the other objects") {
    cluster_fixture f;
    f.state.namespaces().begin_replace();
    f.state.namespaces().end_replace("1");
    f.add_credential(wants("hub", "login"));
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_namespace("team-a");
    REQUIRE(f.secrets().contains(build::here));
    CHECK(f.secrets().at(build::here) == runtime::priority::urgent);
    CHECK(f.statuses().contains("hub"));
    CHECK(f.next("team-a") == secret_action::create);
    CHECK(f.queues.arrivals.waiting() == 1);
}

TEST_CASE("the namespaces of the first list are not new, and those of a later one are") {
    cluster_fixture f;
    f.add_credential(wants("hub", "login"));
    const auto list = [&](const std::vector<std::string>& names) {
        f.state.namespaces().begin_replace();
        for (const auto& name : names) {
            auto object = build::live_namespace(name);
            object.meta.resource_version = f.next_version();
            f.state.namespaces().replace_item(std::move(object));
        }
        f.state.namespaces().end_replace(f.next_version());
    };
    list({"team-a"});
    REQUIRE(f.secrets().contains(build::here));
    CHECK(f.secrets().at(build::here) == runtime::priority::normal);
    CHECK(f.queues.arrivals.waiting() == 0);
    list({"team-a", "team-b"});
    const runtime::object_key new_one{.namespace_name = "team-b", .name = "regcred"};
    REQUIRE(f.secrets().contains(new_one));
    CHECK(f.secrets().at(new_one) == runtime::priority::urgent);
    CHECK(f.queues.arrivals.waiting() == 1);
}

TEST_CASE("a namespace waits for its Secret if it is new, is selected, and the leader has not written it") {
    cluster_fixture f;
    f.add_credential(wants("hub", "login", {"team-*"}));
    f.add_namespace("team-old");  // before the first list is complete
    f.list_nothing(f.state.namespaces());
    f.add_namespace("other");
    CHECK(f.queues.arrivals.waiting() == 0);
    f.add_namespace("team-a");
    f.add_namespace("team-a", {{"changed", "label"}});
    CHECK(f.queues.arrivals.waiting() == 1);
    f.add_namespace("team-b");
    CHECK(f.queues.arrivals.waiting() == 2);
    f.state.namespaces().erase({.namespace_name = {}, .name = "team-b"}, f.next_version());
    CHECK(f.queues.arrivals.waiting() == 1);
    f.state.copies("regcred").upsert([] {
        reconcile::observed_secret copy;
        copy.meta = build::meta("regcred", "team-a");
        return copy;
    }());
    CHECK(f.queues.arrivals.waiting() == 0);
}

namespace {

/// Why all Secrets of hub are due; nothing: they are not.
std::optional<reconcile::sync_cause> cause(cluster_fixture& f) {
    const auto now = std::chrono::steady_clock::now();
    f.queues.runs.wrote("hub", now);
    const auto finished = f.queues.runs.finish("hub", {}, now);
    if (!finished) return std::nullopt;
    return finished->cause;
}

}  // namespace

TEST_CASE("all Secrets of a RegistryCredential are due when it, its spec or its credentials are new") {
    using reconcile::sync_cause;
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    CHECK((cause(f) == sync_cause::started));  // before the first list is complete
    f.remove_credential("hub");
    CHECK_FALSE(f.queues.runs.is_running("hub"));
    f.list_nothing(f.state.credentials());
    f.add_credential(wants("hub", "login"));
    CHECK((cause(f) == sync_cause::created));
    auto edited = wants("hub", "login", {"team-*"});
    edited.meta.generation = 2;
    f.add_credential(edited);
    CHECK((cause(f) == sync_cause::spec_changed));
    edited.status.summary = "1/1";
    f.add_credential(edited);
    CHECK_FALSE(cause(f));
    f.add_source("login", "quay.io", "CANARY-2");
    CHECK((cause(f) == sync_cause::source_changed));
    f.add_source("login", "quay.io", "CANARY-2");
    CHECK_FALSE(cause(f));
    f.add_credential(edited);
    f.queues.begin_sync("hub", sync_cause::created);
    f.remove_credential("hub");
    CHECK_FALSE(f.queues.runs.is_running("hub"));
}

TEST_CASE("a rotated source queues every selected namespace as bulk") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    REQUIRE(f.next("team-a") == secret_action::none);

    f.add_source("login", "quay.io", "CANARY-2");
    REQUIRE(f.secrets().contains(build::here));
    CHECK(f.secrets().at(build::here) == runtime::priority::bulk);
    CHECK(f.next("team-a") == secret_action::update);
}

TEST_CASE(
    "a Secret that is queued again and again while it is worked on is written once more, with the last "
    "content") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-0");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    f.clear_queues();

    auto& queue = f.queues.secrets.queue();
    int changes = 0;
    const auto change = [&] { f.add_source("login", "quay.io", "CANARY-" + std::to_string(++changes)); };
    const auto holds = [&](const std::string& password) {
        return f.document_of(build::here).find('"' + password + '"') != std::string::npos;
    };
    change();
    int writes = 0;
    while (queue.take({})) {
        if (f.next("team-a") != secret_action::none) ++writes;
        f.apply_plan(build::here);
        for (int more = 0; more < 3 && writes == 1; ++more) {
            change();
            CHECK_FALSE(queue.take({}));  // never two writes side by side
        }
        CHECK(holds(writes == 1 ? "CANARY-1" : "CANARY-4"));
        queue.done(build::here);
    }
    CHECK(writes == 2);
    CHECK(f.next("team-a") == secret_action::none);
}

TEST_CASE("a change without effect queues nothing") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a", {{"x", "1"}});
    f.apply_all();

    SUBCASE("a source written again with the same content") {
        f.add_source("login", "quay.io", "CANARY-1");
    }
    SUBCASE("a status") {
        auto object = wants("hub", "login");
        object.status.summary = "1/1";
        f.add_credential(object);
    }
    SUBCASE("a namespace of the same labels") {
        f.add_namespace("team-a", {{"x", "1"}});
    }
    SUBCASE("a Secret that no source names") {
        f.add_source("unused", "quay.io", "CANARY-9");
    }
    CHECK(f.secrets().empty());
}

TEST_CASE("a source that cannot deliver for another reason queues the copies, which may keep other entries") {
    cluster_fixture f;
    f.add_docker_config("login", "no docker config");
    auto object = wants("hub", "login");
    object.sources.front().registries = {"ghcr.io"};
    f.add_credential(object);
    f.add_namespace("team-a");
    f.clear_queues();
    f.add_source("login", "quay.io", "CANARY-1");  // now `registries` is the mistake
    CHECK(f.secrets().contains(build::here));
}

TEST_CASE("a RegistryCredential whose Secret name is not allowed queues no Secret") {
    cluster_fixture f;
    f.add_namespace("team-a");
    auto object = wants("hub", "login");
    object.secret_name = "not-allowed";
    f.add_credential(object);
    CHECK(f.secrets().empty());
}

TEST_CASE("a changed namespace queues every Secret that exists there") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    // A rename to a name that this install does not allow: the old copy waits for the new one.
    auto renamed = wants("hub", "login");
    renamed.secret_name = "forbidden";
    renamed.meta.generation = 2;
    f.add_credential(std::move(renamed));
    f.apply_all();
    REQUIRE(f.next("team-a") == secret_action::none);

    auto object = build::live_namespace("team-a");
    object.meta.resource_version = f.next_version();
    object.meta.annotations.emplace("regcred.dev/opt-out", "true");
    f.statuses().clear();
    f.state.namespaces().upsert(std::move(object));
    CHECK(f.secrets().contains(build::here));
    CHECK(f.next("team-a") == secret_action::remove);
    CHECK(f.statuses().contains("hub"));
}

TEST_CASE("an expected status queues nothing, a status of another writer does") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.clear_queues();
    auto object = wants("hub", "login");
    object.status.summary = "1/1";
    f.state.expect_status(object.meta.uid, object.status);
    f.add_credential(object);
    CHECK(f.statuses().empty());
    f.add_credential(object);
    CHECK(f.statuses().empty());
    object.status.summary = "forged";
    f.add_credential(object);
    CHECK(f.statuses().contains("hub"));

    // Another object of the same name expects nothing yet.
    f.remove_credential("hub");
    f.clear_queues();
    object.status.summary = "1/1";
    f.add_credential(object);
    f.clear_queues();
    f.add_credential(object);
    CHECK(f.statuses().contains("hub"));
}

TEST_CASE("a namespace of the first list, or with changed labels, is not urgent") {
    cluster_fixture f;
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    CHECK(f.secrets().at(build::here) == runtime::priority::normal);
    f.state.namespaces().begin_replace();
    f.state.namespaces().end_replace("1");
    f.clear_queues();
    f.add_namespace("team-a", {{"x", "1"}});
    CHECK(f.secrets().at(build::here) == runtime::priority::normal);
}

TEST_CASE("a changed copy queues its own Secret and no status") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.add_namespace("team-b");
    f.apply_all();
    f.state.copies("regcred").erase(runtime::view_of(build::here), f.next_version());
    CHECK(f.secrets().size() == 1);
    CHECK(f.secrets().at(build::here) == runtime::priority::normal);
    CHECK(f.statuses().empty());
}

TEST_CASE("a source that is deleted queues the status, and the copies stay as they are") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    f.state.sources().erase({.namespace_name = "regcred-system", .name = "login"}, f.next_version());
    CHECK(f.secrets().empty());
    CHECK(f.statuses().contains("hub"));
    CHECK(f.next("team-a") == secret_action::none);
}

TEST_CASE(
    "a deleted RegistryCredential queues the copies that it owns in namespaces that it does not select") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    auto narrower = wants("hub", "login", {"team-b"});
    narrower.meta.generation = 2;
    f.add_credential(std::move(narrower));
    f.clear_queues();
    f.remove_credential("hub");
    CHECK(f.secrets().contains(build::here));
}
