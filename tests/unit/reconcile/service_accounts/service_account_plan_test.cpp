// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_plan.hpp"

#include "reconcile/service_accounts/service_account_writer.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using reconcile::decide;
using reconcile::entry_goal;
using reconcile::service_account_view;
using names = std::vector<std::string>;

namespace {

service_account_view view_of(names listed, names added, entry_goal goal) {
    service_account_view view;
    view.key = {.namespace_name = "team-a", .name = "default"};
    view.namespace_usable = true;
    reconcile::observed_service_account present;
    present.meta = {.name = "default", .namespace_name = "team-a", .uid = "u", .resource_version = "5"};
    present.listed = std::move(listed);
    present.added = std::move(added);
    view.present = std::make_shared<const reconcile::observed_service_account>(std::move(present));
    view.entries = {{.secret_name = "regcred", .goal = goal, .suspended_by = "hub"}};
    return view;
}

}  // namespace

TEST_CASE("decide changes imagePullSecrets and the annotation according to the goal") {
    const struct {
        const char* what;
        names listed;
        names added;
        entry_goal goal;
        names listed_then;
        names added_then;
    } table[] = {
        {"a wanted entry goes to the end",
         {"b", "a"},
         {},
         entry_goal::listed,
         {"b", "a", "regcred"},
         {"regcred"}},
        {"the first one", {}, {}, entry_goal::listed, {"regcred"}, {"regcred"}},
        {"listed by another writer: not ours", {"regcred"}, {}, entry_goal::listed, {"regcred"}, {}},
        {"ours and there", {"regcred", "b"}, {"regcred"}, entry_goal::listed, {"regcred", "b"}, {"regcred"}},
        {"ours and removed by another writer",
         {"b"},
         {"regcred"},
         entry_goal::listed,
         {"b", "regcred"},
         {"regcred"}},
        {"repeats and empty names stay",
         {"a", "", "a"},
         {"old"},
         entry_goal::listed,
         {"a", "", "a", "regcred"},
         {"old", "regcred"}},
        {"ours is taken back", {"a", "regcred", "b"}, {"regcred"}, entry_goal::unlisted, {"a", "b"}, {}},
        {"once, the last one",
         {"regcred", "a", "regcred"},
         {"regcred"},
         entry_goal::unlisted,
         {"regcred", "a"},
         {}},
        {"ours, gone by itself", {"a"}, {"regcred"}, entry_goal::unlisted, {"a"}, {}},
        {"theirs is never taken", {"regcred"}, {}, entry_goal::unlisted, {"regcred"}, {}},
        {"names that the install does not allow",
         {"a", "regcred"},
         {"a", "regcred"},
         entry_goal::unlisted,
         {"a"},
         {"a"}},
        {"left with its Secret", {"regcred"}, {"regcred"}, entry_goal::released, {"regcred"}, {}},
        {"undecided", {"regcred"}, {"regcred"}, entry_goal::undecided, {"regcred"}, {"regcred"}},
        {"held", {"regcred"}, {"regcred"}, entry_goal::held, {"regcred"}, {"regcred"}},
        {"suspended: not added", {}, {}, entry_goal::suspended_add, {}, {}},
        {"suspended: not taken",
         {"regcred"},
         {"regcred"},
         entry_goal::suspended_removal,
         {"regcred"},
         {"regcred"}},
    };
    for (const auto& row : table) {
        CAPTURE(row.what);
        const auto decided = decide(view_of(row.listed, row.added, row.goal));
        CHECK(decided.listed == row.listed_then);
        CHECK(decided.added == row.added_then);
        CHECK(decided.patch == (row.listed != row.listed_then || row.added != row.added_then));
        // A second run has nothing left to do.
        CHECK_FALSE(decide(view_of(decided.listed, decided.added, row.goal)).patch);
    }
}

TEST_CASE("several entries are one patch, which names gains and losses") {
    auto view = view_of({"b", "x"}, {"b"}, entry_goal::listed);
    view.entries = {{.secret_name = "a", .goal = entry_goal::listed, .suspended_by = {}},
                    {.secret_name = "b", .goal = entry_goal::unlisted, .suspended_by = {}},
                    {.secret_name = "c", .goal = entry_goal::listed, .suspended_by = {}}};
    const auto decided = decide(view);
    CHECK(decided.listed == names{"x", "a", "c"});
    CHECK(decided.added == names{"a", "c"});
    CHECK(decided.gains == names{"a", "c"});
    CHECK(decided.losses == names{"b"});
}

TEST_CASE("nothing is planned without a ServiceAccount or in an unknown or terminating namespace") {
    auto view = view_of({}, {}, entry_goal::listed);
    view.namespace_usable = false;
    CHECK_FALSE(decide(view).patch);
    view.namespace_usable = true;
    view.present = nullptr;
    CHECK_FALSE(decide(view).patch);
}

TEST_CASE("a change that suspend prevents is reported as Suspended") {
    const auto add = decide(view_of({}, {}, entry_goal::suspended_add));
    CHECK(add.reason == "Suspended");
    CHECK(add.secret_name == "regcred");
    CHECK(add.message ==
          "Secret regcred not added to imagePullSecrets of ServiceAccount team-a/default: RegistryCredential "
          "hub is suspended (spec.suspend: true)");
    CHECK(decide(view_of({"regcred"}, {"regcred"}, entry_goal::suspended_removal)).reason == "Suspended");
    CHECK(decide(view_of({"regcred"}, {}, entry_goal::suspended_add)).reason.empty());
    CHECK(decide(view_of({"regcred"}, {}, entry_goal::suspended_removal)).reason.empty());
}

TEST_CASE("a too large list is never written, and reported only if an entry should change") {
    const auto too_large = [](names added, entry_goal goal) {
        auto view = view_of({}, std::move(added), goal);
        auto present = *view.present;
        present.too_large = true;
        view.present = std::make_shared<const reconcile::observed_service_account>(present);
        const auto decided = decide(view);
        CHECK_FALSE(decided.patch);
        return std::string(decided.reason);
    };
    CHECK(too_large({}, entry_goal::listed) == "ServiceAccountTooLarge");
    CHECK(too_large({"regcred"}, entry_goal::unlisted) == "ServiceAccountTooLarge");
    CHECK(too_large({}, entry_goal::unlisted).empty());
    CHECK(too_large({"regcred"}, entry_goal::released).empty());
}

TEST_CASE("the patch has the whole list, the annotation, the UID and the resourceVersion") {
    const auto adding = view_of({"b", ""}, {}, entry_goal::listed);
    CHECK(patch_for(*adding.present, decide(adding)) ==
          kube::json::parse(
              R"({"metadata":{"uid":"u","resourceVersion":"5","annotations":{"regcred.dev/added":"regcred"}},
              "imagePullSecrets":[{"name":"b"},{"name":""},{"name":"regcred"}]})"));
    const auto taking = view_of({"regcred"}, {"regcred"}, entry_goal::unlisted);
    CHECK(patch_for(*taking.present, decide(taking)) ==
          kube::json::parse(
              R"({"metadata":{"uid":"u","resourceVersion":"5","annotations":{"regcred.dev/added":null}},
              "imagePullSecrets":[]})"));
    const auto letting_go = view_of({"regcred"}, {"regcred"}, entry_goal::released);
    CHECK_FALSE(patch_for(*letting_go.present, decide(letting_go)).contains("imagePullSecrets"));
}

TEST_CASE("removing an entry is destructive, adding one is not") {
    const auto facts = [](names listed, names added, entry_goal goal) {
        const auto view = view_of(std::move(listed), std::move(added), goal);
        return facts_of(view, decide(view), nullptr);
    };
    const auto removal = facts({"regcred"}, {"regcred"}, entry_goal::unlisted);
    CHECK(removal.writes);
    CHECK(removal.destructive);
    CHECK(removal.removes);
    CHECK_FALSE(removal.asked_for);
    const auto addition = facts({}, {}, entry_goal::listed);
    CHECK(addition.writes);
    CHECK_FALSE(addition.destructive);
    CHECK_FALSE(addition.removes);
    CHECK_FALSE(facts({"regcred"}, {}, entry_goal::listed).writes);
}

TEST_CASE("removals are asked for if each of them is, and only the others can be held") {
    auto view = view_of({"regcred"}, {"regcred"}, entry_goal::unlisted);
    view.others = {build::shared(build::credential("hub"))};
    view.entries.front().asked_for = true;
    CHECK(facts_of(view, decide(view), nullptr).asked_for);
    CHECK(facts_of(view, decide(view), nullptr).losers.empty());
    view.others = {build::shared(build::credential("a"))};
    CHECK(reads_before_removal(view, decide(view)).all_credentials);
    CHECK(decide(with_removals_held(view)).losses == names{"regcred"});
    view.entries.front().asked_for = false;
    CHECK_FALSE(facts_of(view, decide(view), nullptr).asked_for);
    view.others.clear();
    CHECK(facts_of(view, decide(view), nullptr).losers == std::set<std::string>{"regcred"});
    view.others = {build::shared(build::credential("a")), build::shared(build::credential("b"))};
    CHECK(facts_of(view, decide(view), nullptr).losers == std::set<std::string>{"regcred"});
    view.losing = view.others;
    CHECK(facts_of(view, decide(view), nullptr).losers ==
          std::set<std::string>{"regcred/uid-a", "regcred/uid-b"});
    view.losing = {view.others.front()};
    CHECK(facts_of(view, decide(view), nullptr).losers == std::set<std::string>{"regcred/uid-a"});
    CHECK_FALSE(reads_before_removal(view, decide(view)).all_credentials);
    auto other = build::credential("a");
    other.secret_name = "other";
    view.others = view.losing = {build::shared(other)};
    CHECK(facts_of(view, decide(view), nullptr).losers == std::set<std::string>{"regcred"});
    CHECK(reads_before_removal(view, decide(view)).all_credentials);
    CHECK(decide(with_removals_held(view)).losses.empty());
}

TEST_CASE(
    "a removal reads the RegistryCredentials that use the name, the namespace and the Secret that was "
    "added") {
    auto view = view_of({"regcred", "other"}, {"regcred"}, entry_goal::unlisted);
    view.entries.push_back({.secret_name = "other", .goal = entry_goal::unlisted, .suspended_by = {}});
    view.others = view.losing = {build::shared(build::credential("hub"))};
    auto reads = reads_before_removal(view, decide(view));
    CHECK_FALSE(reads.all_credentials);
    CHECK(reads.credentials == std::set<std::string>{"hub"});
    CHECK(reads.namespace_name == "team-a");
    CHECK(reads.copies == std::vector<runtime::object_key>{{.namespace_name = "team-a", .name = "regcred"}});

    view.entries.front().goal = entry_goal::listed;
    CHECK(reads_before_removal(view, decide(view)).copies.empty());
}

TEST_CASE(
    "a removal lists all RegistryCredentials if one that wanted the entry has changed, or none is known") {
    auto view = view_of({"regcred"}, {"regcred"}, entry_goal::unlisted);
    view.others = view.losing = {build::shared(build::credential("hub"))};
    view.entries.front().asked_for = true;
    CHECK(reads_before_removal(view, decide(view)).all_credentials);
    view.entries.front().asked_for = false;
    CHECK_FALSE(reads_before_removal(view, decide(view)).all_credentials);
    view.losing.clear();
    CHECK(reads_before_removal(view, decide(view)).all_credentials);
    CHECK(reads_before_removal(view, decide(view)).credentials == std::set<std::string>{"hub"});
}

TEST_CASE("a held view names those that lose one of the held entries, and no others") {
    auto view = view_of({"other", "regcred"}, {"other", "regcred"}, entry_goal::unlisted);
    view.entries.push_back({.secret_name = "other", .goal = entry_goal::unlisted, .suspended_by = {}});
    auto quay = build::credential("quay");
    quay.secret_name = "other";
    auto unrelated = build::credential("unrelated");
    unrelated.secret_name = "third";
    view.losing = {build::shared(build::credential("hub")), build::shared(quay), build::shared(unrelated)};
    CHECK(held_credentials(view).empty());
    CHECK(held_credentials(with_removals_held(view)) == std::set<std::string>{"hub", "quay"});
    view.entries.front().asked_for = true;
    CHECK(held_credentials(with_removals_held(view)) == std::set<std::string>{"quay"});
}

TEST_CASE("an annotation on a ServiceAccount that was never wanted is repaired like a drift") {
    auto view = view_of({"regcred"}, {"regcred"}, entry_goal::unlisted);
    view.wanting.clear();
    CHECK(facts_of(view, decide(view), nullptr).drifted);
    view.wanting = {build::shared(build::credential("hub"))};
    CHECK_FALSE(facts_of(view, decide(view), nullptr).drifted);
    reconcile::result_record known;
    known.now = reconcile::result_record::state::synced;
    known.desired = desired_fingerprint(view);
    CHECK(facts_of(view, decide(view), &known).drifted);
    known.desired += 1;
    CHECK_FALSE(facts_of(view, decide(view), &known).drifted);
}

TEST_CASE("with removals held no entry is removed, and wanted entries are added") {
    auto view = view_of({"regcred"}, {"regcred"}, entry_goal::unlisted);
    view.entries.push_back({.secret_name = "other", .goal = entry_goal::listed, .suspended_by = {}});
    view.entries.push_back({.secret_name = "never-added", .goal = entry_goal::unlisted, .suspended_by = {}});
    const auto held = with_removals_held(view);
    CHECK(held.entries.at(0).goal == entry_goal::held);
    CHECK(held.entries.at(2).goal == entry_goal::unlisted);
    const auto plan = decide(held);
    CHECK(plan.losses.empty());
    CHECK(plan.gains == names{"other"});
    CHECK(plan.listed == names{"regcred", "other"});
}
