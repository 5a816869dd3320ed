// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/deletion_approvals.hpp"

#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

namespace {

const std::string first = "2026-03-01T10:00:00Z";
const std::string second = "2026-03-01T10:00:05Z";
const std::string later = "2026-03-02T10:00:00Z";

runtime::object_key in(const std::string& ns) {
    return {.namespace_name = ns, .name = "regcred"};
}

struct fixture {
    reconcile::result_table secrets;
    reconcile::result_table accounts;
    reconcile::deletion_approvals approvals;

    fixture() {
        approvals.watch(secrets);
        approvals.watch(accounts);
    }
    static void hold(reconcile::result_table& table,
                     const std::string& ns,
                     const std::string& since,
                     std::vector<std::string> credentials = {"hub"}) {
        table.failed(in(ns),
                     {.reason = "DeletionGuard",
                      .message = "held",
                      .since = since,
                      .credentials = std::move(credentials)},
                     {});
    }
    void annotate(const std::string& value, const std::string& name = "hub") {
        auto object = build::credential(name);
        object.meta.annotations.emplace("regcred.dev/approve-deletions", value);
        approvals.read(object);
    }
    bool approved(const std::string& ns) {
        return approvals.cover(secrets.find(in(ns)), [](const auto& name) { return name != "gone"; });
    }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "the time of the newest held removal approves all that is held") {
    CHECK(approvals.awaited("hub").empty());
    hold(secrets, "team-a", first);
    hold(accounts, "team-b", second);
    hold(secrets, "team-c", later, {"quay"});
    CHECK(approvals.awaited("hub") == second);
    CHECK(approvals.awaited("quay") == later);
    CHECK_FALSE(approved("team-a"));
    annotate(second);
    CHECK(approved("team-a"));
    CHECK(approvals.cover(accounts.find(in("team-b")), [](const auto&) { return true; }));
    CHECK_FALSE(approved("team-c"));
}

TEST_CASE_FIXTURE(fixture, "an annotation with another time approves nothing") {
    hold(secrets, "team-a", first);
    hold(secrets, "team-b", second);
    for (const auto& value : {std::string(), first, later, std::string("true")}) {
        CAPTURE(value);
        annotate(value);
        CHECK_FALSE(approved("team-a"));
        CHECK_FALSE(approved("team-b"));
    }
}

TEST_CASE_FIXTURE(fixture, "an annotation that is left on the object approves no later removal") {
    hold(secrets, "team-a", first);
    annotate(first);
    CHECK(approved("team-a"));
    hold(secrets, "team-b", later);
    annotate(first);
    CHECK(approved("team-a"));
    CHECK_FALSE(approved("team-b"));
    secrets.synced(in("team-a"), 1, {{.object = 2, .rules = 0}});
    hold(secrets, "team-a", later);
    annotate(first);
    CHECK_FALSE(approved("team-a"));
}

TEST_CASE_FIXTURE(fixture, "a removal that takes from two RegistryCredentials needs the approval of both") {
    hold(secrets, "team-a", first, {"hub", "quay"});
    annotate(first);
    CHECK_FALSE(approved("team-a"));
    annotate(first, "quay");
    CHECK(approved("team-a"));

    secrets.synced(in("team-b"),
                   1,
                   {{.object = 2, .rules = 0}},
                   {{.reason = "DeletionGuard", .message = {}, .since = first, .credentials = {"hub"}},
                    {.reason = "DeletionGuard", .message = {}, .since = first, .credentials = {"ghcr"}}});
    CHECK(approvals.awaited("ghcr") == first);
    CHECK_FALSE(approved("team-b"));
    annotate(first, "ghcr");
    CHECK(approved("team-b"));
}

TEST_CASE_FIXTURE(fixture,
                  "a RegistryCredential that does not exist any more approves nothing and is not asked") {
    hold(secrets, "team-a", first, {"gone", "hub"});
    hold(secrets, "team-b", first, {"gone"});
    CHECK_FALSE(approved("team-a"));
    annotate(first);
    CHECK(approved("team-a"));
    CHECK_FALSE(approved("team-b"));
}

TEST_CASE_FIXTURE(fixture, "a removal that is held for no RegistryCredential waits for no approval") {
    hold(accounts, "team-a", first, {});
    const auto covers = [this](const std::string& ns) {
        return approvals.cover(accounts.find(in(ns)), [](const auto&) { return true; });
    };
    CHECK(covers("team-a"));
    accounts.failed(in("team-b"), {.reason = "Denied", .message = {}, .since = first, .credentials = {}}, {});
    CHECK_FALSE(covers("team-b"));
}

TEST_CASE_FIXTURE(fixture, "who has approved all waits for the others that lose by the same removals") {
    const auto needed = [this](const std::string& name) {
        return approvals.needed(name, [](const auto& each) { return each != "gone"; });
    };
    CHECK(needed("hub").none());
    hold(secrets, "team-a", first, {"gone", "hub", "quay"});
    hold(secrets, "team-b", second, {"hub"});
    hold(secrets, "team-c", second, {"ghcr"});
    CHECK(needed("hub").awaited == second);
    CHECK(needed("hub").others.empty());
    annotate(second);
    CHECK(needed("hub").awaited.empty());
    CHECK(needed("hub").others == std::set<std::string>{"quay"});
    CHECK(needed("quay").awaited == first);
    hold(accounts, "team-d", later, {"hub"});
    CHECK(needed("hub").awaited == later);
    CHECK(needed("hub").others.empty());
    annotate(later);
    annotate(first, "quay");
    CHECK(needed("hub").none());
    CHECK(needed("quay").none());
}

TEST_CASE_FIXTURE(fixture, "an approval is news once") {
    hold(secrets, "team-a", first);
    auto object = build::credential("hub");
    object.meta.annotations.emplace("regcred.dev/approve-deletions", second);
    CHECK_FALSE(approvals.read(object));
    object.meta.annotations.begin()->second = first;
    CHECK(approvals.read(object));
    CHECK_FALSE(approvals.read(object));
}

TEST_CASE("the message about what is held shows the command, or whose approval is missing") {
    CHECK(reconcile::how_to_approve("hub", {}).empty());
    CHECK(reconcile::how_to_approve("hub", {.awaited = first, .others = {}}) ==
          "; to approve all removals that are held for this RegistryCredential: kubectl annotate --overwrite "
          "registrycredential hub regcred.dev/approve-deletions=" +
              first);
    CHECK(
        reconcile::how_to_approve("hub", {.awaited = {}, .others = {"ghcr", "quay"}}) ==
        "; approved for this RegistryCredential, and waits for the approval of RegistryCredential ghcr and 1 "
        "more, which loses entries by it too and whose status shows the command");
}

TEST_CASE_FIXTURE(fixture, "what is not held is not approved") {
    secrets.failed(
        in("team-a"), {.reason = "Denied", .message = {}, .since = first, .credentials = {"hub"}}, {});
    CHECK(approvals.awaited("hub").empty());
    annotate(first);
    CHECK_FALSE(approved("team-a"));
    CHECK_FALSE(approved("team-none"));
}
