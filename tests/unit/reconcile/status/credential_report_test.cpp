// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/credential_report.hpp"

#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using build::cluster_fixture;
using build::wants;
using reconcile::secret_action;

namespace {

const runtime::object_key team_a{.namespace_name = "team-a", .name = "regcred"};

}  // namespace

TEST_CASE("a report counts selected, synced and failed namespaces") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    const auto object = wants("hub", "login");
    f.add_credential(object);
    for (const char* name : {"a", "b", "c", "kube-system"})
        f.add_namespace(name);
    f.state.results().synced({"a", "regcred"}, 0, {});
    f.state.results().failed(
        {"b", "regcred"},
        {.reason = "Denied", .message = "no", .since = "2026-05-01T10:00:00Z", .credentials = {"hub"}},
        {});
    const auto report = reconcile::report_on(f.state, object);
    CHECK(report.selected == 3);
    CHECK(report.synced == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures.front().namespace_name == "b");
    CHECK(report.registries == std::vector<std::string>{"quay.io"});
}

TEST_CASE("a registry that an older RegistryCredential delivers is a RegistryConflict of the younger one") {
    cluster_fixture f;
    const auto younger = build::add_two_of_one_registry(f);

    const auto report = reconcile::report_on(f.state, younger);
    CHECK(report.source_fault.reason == reconcile::reasons::registry_conflict);
    CHECK(report.source_fault.message.find("older") != std::string::npos);
    CHECK(reconcile::report_on(f.state, wants("older", "a")).source_fault.reason.empty());
    f.remove_credential("older");
    CHECK(reconcile::report_on(f.state, younger).source_fault.reason.empty());
}

TEST_CASE("a report lists a registry unless an older RegistryCredential delivers it to every namespace") {
    cluster_fixture f;
    auto younger = build::add_two_of_one_registry(f);
    CHECK(reconcile::report_on(f.state, wants("older", "a")).registries ==
          std::vector<std::string>{"quay.io"});
    CHECK(reconcile::report_on(f.state, younger).registries.empty());

    SUBCASE("the younger one has a namespace of its own") {
        f.add_credential(wants("older", "a", {"team-a"}));
        f.add_namespace("team-b");
        CHECK(reconcile::report_on(f.state, younger).registries == std::vector<std::string>{"quay.io"});
        CHECK(reconcile::report_on(f.state, younger).source_fault.reason == "RegistryConflict");
    }
    SUBCASE("two older ones have one namespace each") {
        f.add_credential(wants("older", "a", {"team-a"}));
        auto second = wants("second", "a", {"team-b"});
        second.meta.creation_timestamp = "2026-02-01T00:00:00Z";
        f.add_credential(second);
        f.add_namespace("team-b");
        CHECK(reconcile::report_on(f.state, younger).registries.empty());
        f.add_namespace("team-c");
        CHECK(reconcile::report_on(f.state, younger).registries == std::vector<std::string>{"quay.io"});
    }
    SUBCASE("no namespace is selected") {
        younger.namespaces.include = {"none"};
        f.add_credential(younger);
        CHECK(reconcile::report_on(f.state, younger).registries == std::vector<std::string>{"quay.io"});
    }
}

TEST_CASE("of a suspended older RegistryCredential the namespaces count where its login is") {
    cluster_fixture f;
    const auto younger = build::add_two_of_one_registry(f);
    f.add_namespace("team-b");
    f.apply_all();
    auto older = wants("older", "a");
    older.suspend = true;
    older.meta.generation = 2;
    f.add_credential(older);
    f.add_namespace("team-new");
    f.apply_all();
    REQUIRE(f.document_of({.namespace_name = "team-new", .name = "regcred"}).find("CANARY-new") !=
            std::string::npos);

    const auto message = [&] { return reconcile::report_on(f.state, younger).source_fault.message; };
    CHECK(message().find("in 2 namespaces") != std::string::npos);
    CHECK(reconcile::report_on(f.state, younger).registries == std::vector<std::string>{"quay.io"});

    SUBCASE("a copy that does not record the origins has a login of each owner") {
        auto bare = *f.state.find_copy(team_a);
        auto& annotations = bare.meta.annotations;
        SUBCASE("") {
            annotations.clear();
        }
        SUBCASE("because it has only hashes of the registries") {
            annotations.at(std::string(reconcile::entries_annotation)) = "uid-older/a#AAAA";
        }
        bare.meta.resource_version = f.next_version();
        f.state.copies("regcred").upsert(std::move(bare));
        CHECK(message().find("in 2 namespaces") != std::string::npos);
    }
    SUBCASE("a Secret that regcred did not write is not counted") {
        auto theirs = *f.state.find_copy(team_a);
        theirs.written_by_regcred = false;
        theirs.meta.resource_version = f.next_version();
        f.state.copies("regcred").upsert(std::move(theirs));
        CHECK(message().find("in 1 namespace;") != std::string::npos);
    }
    SUBCASE("if it is in none, there is no conflict") {
        for (const char* name : {"team-a", "team-b"})
            f.state.copies("regcred").erase({.namespace_name = name, .name = "regcred"}, f.next_version());
        CHECK(message().empty());
    }
    SUBCASE("when it is resumed, all count") {
        older.suspend = false;
        older.meta.generation = 3;
        f.add_credential(older);
        CHECK(message().find("in 3 namespaces") != std::string::npos);
    }
}

TEST_CASE("a Secret that has no usable source fails with the reason of the source") {
    cluster_fixture f;
    const auto object = wants("hub", "login");
    f.add_credential(object);
    f.add_namespace("team-a");
    const auto fail_with = [&](const char* reason) {
        f.state.results().failed(
            team_a,
            {.reason = reason, .message = "no", .since = "2026-05-01T10:00:00Z", .credentials = {"hub"}},
            {});
        const auto report = reconcile::report_on(f.state, object);
        REQUIRE(report.failures.size() == 1);
        return report.failures.front().reason;
    };
    CHECK(fail_with("SourceInvalid") == "SourceNotFound");
    CHECK(fail_with("Denied") == "Denied");
}

TEST_CASE("a report has the allowed names, and whether the Secret name is one of them") {
    cluster_fixture f;
    auto object = wants("hub", "login");
    object.secret_name = "not-allowed";
    f.add_credential(object);
    const auto report = reconcile::report_on(f.state, object);
    CHECK_FALSE(report.name_allowed);
    CHECK(report.allowed_names == "regcred, other");
}

TEST_CASE("a report has the reason why a source is not valid") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login"));
    f.add_namespace("team-a");
    f.apply_all();
    f.state.sources().erase({.namespace_name = "regcred-system", .name = "login"}, f.next_version());
    CHECK(reconcile::report_on(f.state, *f.find_credential("hub")).source_fault.reason == "SourceNotFound");
}

TEST_CASE("a Secret that cannot be removed is reported by its owner") {
    cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    f.add_credential(wants("hub", "login", {"team-*"}));
    f.add_credential(wants("bystander", "login", {"other"}));
    f.add_namespace("team-a");
    f.apply_all();
    auto narrower = wants("hub", "login", {"nobody"});
    narrower.meta.generation = 2;
    f.add_credential(std::move(narrower));
    REQUIRE(f.next("team-a") == secret_action::remove);
    f.state.results().failed(
        team_a,
        {.reason = "Denied", .message = "no", .since = "2026-05-01T10:00:00Z", .credentials = {"hub"}},
        {});

    const auto object = f.find_credential("hub");
    const auto report = reconcile::report_on(f.state, *object);
    CHECK(report.selected == 0);
    CHECK(report.stuck == 1);
    REQUIRE(report.failures.size() == 1);
    CHECK(report.failures[0].namespace_name == "team-a");
    CHECK(report.failures[0].reason == "Denied");
    const auto other = f.find_credential("bystander");
    CHECK(reconcile::report_on(f.state, *other).failures.empty());
}

TEST_CASE("a report has the fault of the watch of its Secret name only") {
    cluster_fixture f;
    const auto object = wants("hub", "login");
    f.state.set_watch_fault("other", {.reason = reconcile::reasons::forbidden, .message = "no"});
    CHECK(reconcile::report_on(f.state, object).watch_fault.reason.empty());
    f.state.set_watch_fault("regcred", {.reason = reconcile::reasons::forbidden, .message = "no"});
    CHECK(reconcile::report_on(f.state, object).watch_fault.message == "no");
    for (const auto what : {reconcile::watched::credentials, reconcile::watched::namespaces})
        f.state.set_watch_fault(what, {.reason = reconcile::reasons::forbidden, .message = "all"});
    CHECK(reconcile::report_on(f.state, object).watch_fault.message == "no");
    f.state.set_watch_fault("regcred", {});
    CHECK(reconcile::report_on(f.state, object).watch_fault.message == "all");
    f.state.set_watch_fault(reconcile::watched::namespaces, {});
    CHECK(reconcile::report_on(f.state, object).watch_fault.message == "all");
    f.state.set_watch_fault(reconcile::watched::credentials, {});
    CHECK(reconcile::report_on(f.state, object).watch_fault.reason.empty());
    f.state.set_watch_fault(reconcile::watched::sources,
                            {.reason = reconcile::reasons::forbidden, .message = "sources"});
    CHECK(reconcile::report_on(f.state, object).watch_fault.reason.empty());
    CHECK(reconcile::report_on(f.state, object).source_fault.message == "sources");
}
