// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_plan.hpp"

#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/builders.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

using reconcile::decide;
using reconcile::ownership;
using reconcile::secret_action;
using reconcile::secret_view;

namespace {

constexpr auto text = "{\"auths\":{}}";

/// One RegistryCredential wants its Secret in a namespace that has none.
secret_view wanted() {
    secret_view view;
    view.key = build::here;
    view.namespace_usable = true;
    view.contributors = {build::shared(build::credential("hub"))};
    view.desired = build::desired(text);
    return view;
}

/// The view sees `present`, and what the test changes in it later.
void holds(secret_view& view, const reconcile::observed_secret& present, ownership owner) {
    view.present = std::shared_ptr<const reconcile::observed_secret>(std::shared_ptr<void>{}, &present);
    view.owner = owner;
}

reconcile::observed_secret stranger() {
    reconcile::observed_secret s;
    s.meta = build::meta("regcred", "team-a");
    s.docker_config = true;
    s.only_document = true;
    return s;
}

}  // namespace

TEST_CASE("a missing Secret is created, an up-to-date one is left alone") {
    auto view = wanted();
    CHECK(decide(view).action == secret_action::create);

    const auto right = build::copy(view.contributors, text);
    holds(view, right, ownership::ours);
    const auto decided = decide(view);
    CHECK(decided.action == secret_action::none);
    CHECK(decided.reason.empty());
}

TEST_CASE("a Secret that differs from the desired one is updated") {
    auto view = wanted();
    auto copy = build::copy(view.contributors, text);
    holds(view, copy, ownership::ours);

    SUBCASE("other bytes") {
        copy.document = util::digest_of("other");
    }
    SUBCASE("further keys in data") {
        copy.only_document = false;
    }
    SUBCASE("the managed-by label stripped") {
        copy.meta.labels.clear();
    }
    SUBCASE("an ownerReference of an object that is gone") {
        copy.meta.owner_references.front().uid = "uid-gone";
    }
    SUBCASE("a template's annotation stripped") {
        auto credential = build::credential("hub");
        credential.template_annotations.emplace("note", "x");
        view.contributors = {build::shared(credential)};
    }
    CHECK(decide(view).action == secret_action::update);
}

TEST_CASE("labels and annotations of other writers are kept and are no difference") {
    auto view = wanted();
    auto copy = build::copy(view.contributors, text);
    copy.meta.labels.emplace("argocd.argoproj.io/instance", "x");
    copy.meta.annotations.emplace("note", "kept");
    copy.meta.owner_references.insert(copy.meta.owner_references.begin(),
                                      {.api_version = "v1",
                                       .kind = "ConfigMap",
                                       .name = "x",
                                       .uid = "uid-x",
                                       .controller = std::nullopt,
                                       .block_owner_deletion = std::nullopt});
    holds(view, copy, ownership::ours);
    CHECK(decide(view).action == secret_action::none);
}

TEST_CASE("an owned Secret of another type, or an immutable one, is recreated") {
    auto view = wanted();
    auto copy = build::copy(view.contributors, text);
    holds(view, copy, ownership::ours);

    SUBCASE("type") {
        copy.docker_config = false;
    }
    SUBCASE("immutable, though its bytes are right") {
        copy.immutable = true;
    }
    CHECK(decide(view).action == secret_action::recreate);
}

TEST_CASE("a foreign Secret is reported as Conflict, or adopted if the oldest contributor has Adopt") {
    auto view = wanted();
    auto foreign = stranger();
    holds(view, foreign, ownership::foreign);

    SUBCASE("Fail") {
        const auto decided = decide(view);
        CHECK(decided.action == secret_action::none);
        CHECK(decided.reason == reconcile::reasons::conflict);
        CHECK(decided.message.find("team-a/regcred") != std::string::npos);
        CHECK(decided.message.find("Adopt") != std::string::npos);
        CHECK(decided.message.find("was not made by regcred") != std::string::npos);
        foreign.labelled = true;
        CHECK(decide(view).message.find("restored from a backup") != std::string::npos);
    }
    SUBCASE("Fail, while no source can be read") {
        view.desired = {};
        CHECK(decide(view).reason == reconcile::reasons::conflict);
    }
    SUBCASE("Adopt") {
        auto adopting = build::credential("hub");
        adopting.on_conflict = v1alpha1::conflict_policy::adopt;
        view.contributors = {build::shared(adopting), build::shared(build::credential("later"))};
        auto decided = decide(view);
        CHECK(decided.action == secret_action::update);
        CHECK(decided.adopts);

        foreign.docker_config = false;
        decided = decide(view);
        CHECK(decided.action == secret_action::recreate);
        CHECK(decided.adopts);
    }
    SUBCASE("Adopt of a suspended one does not count for the others") {
        auto adopting = build::credential("paused");
        adopting.on_conflict = v1alpha1::conflict_policy::adopt;
        adopting.meta.creation_timestamp = "2020-01-01T00:00:00Z";
        view.suspended = {build::shared(adopting)};
        CHECK(decide(view).reason == reconcile::reasons::conflict);
    }
    SUBCASE("Adopt does not count while an older one with Fail is suspended") {
        auto adopting = build::credential("later");
        adopting.on_conflict = v1alpha1::conflict_policy::adopt;
        view.contributors = {build::shared(adopting)};
        CHECK(decide(view).adopts);
        view.suspended = {build::shared(build::credential("hub"))};
        CHECK(decide(view).reason == reconcile::reasons::conflict);
    }
    SUBCASE("Adopt of a younger contributor does not count") {
        auto adopting = build::credential("later");
        adopting.on_conflict = v1alpha1::conflict_policy::adopt;
        view.contributors = {build::shared(build::credential("hub")), build::shared(adopting)};
        CHECK(decide(view).action == secret_action::none);
    }
}

TEST_CASE("without a contributor only an owned Secret is removed") {
    auto view = wanted();
    const auto copy = build::copy(view.contributors, text);
    view.contributors.clear();
    view.desired = {};

    SUBCASE("absent") {
        CHECK(decide(view).action == secret_action::none);
    }
    SUBCASE("foreign") {
        holds(view, copy, ownership::foreign);
        CHECK(decide(view).action == secret_action::none);
    }
    SUBCASE("ours") {
        holds(view, copy, ownership::ours);
        CHECK(decide(view).action == secret_action::remove);
    }
    SUBCASE("ours, but an owner keeps its entries") {
        holds(view, copy, ownership::ours);
        view.kept = {build::shared(build::credential("hub"))};
        const auto decided = decide(view);
        CHECK(decided.action == secret_action::none);
        CHECK_FALSE(decided.needs_content);
    }
    SUBCASE("ours, and an owner keeps its entries while another one's go: the content tells which") {
        holds(view, copy, ownership::ours);
        view.kept = {build::shared(build::credential("hub"))};
        view.lost_owner = true;
        CHECK(decide(view).needs_content);
        view.content_read = true;
        view.content_readable = true;
        view.desired = build::desired("hub's entries");
        CHECK(decide(view).action == secret_action::update);
        view.desired = {};
        CHECK(decide(view).action == secret_action::remove);
        view.content_readable = false;
        CHECK(decide(view).action == secret_action::none);
    }
}

TEST_CASE("a Secret that a person copied into a namespace that is not selected is left alone and reported") {
    auto view = wanted();
    auto copied = build::copy(view.contributors, text);
    copied.written_by_regcred = false;
    holds(view, copied, ownership::ours);
    view.dropped = std::exchange(view.contributors, {});
    view.desired = {};
    auto decided = decide(view);
    CHECK(decided.action == secret_action::none);
    CHECK(decided.reason == reconcile::reasons::conflict);
    CHECK(decided.message.find("team-a/regcred") != std::string::npos);

    // Its owner is gone: the garbage collector deletes it.
    view.dropped.clear();
    view.lost_owner = true;
    decided = decide(view);
    CHECK(decided.action == secret_action::none);
    CHECK(decided.reason.empty());
}

TEST_CASE("a Secret that is being deleted is not up to date, and is neither written nor deleted") {
    auto view = wanted();
    auto copy = build::copy(view.contributors, text);
    copy.meta.deleting = true;
    copy.meta.finalizers = {"example.com/wait"};
    holds(view, copy, ownership::ours);
    const auto decided = decide(view);
    CHECK(decided.action == secret_action::none);
    CHECK(decided.reason == reconcile::reasons::secret_terminating);
    CHECK(decided.message.find("example.com/wait") != std::string::npos);
    view.contributors.clear();
    CHECK(decide(view).action == secret_action::none);
    CHECK(decide(view).reason.empty());
}

TEST_CASE("nothing is planned in a namespace that is terminating or gone") {
    auto view = wanted();
    view.namespace_usable = false;
    CHECK(decide(view).action == secret_action::none);
    const auto copy = build::copy(view.contributors, "old");
    holds(view, copy, ownership::ours);
    CHECK(decide(view).action == secret_action::none);
    view.contributors.clear();
    CHECK(decide(view).action == secret_action::none);
}

TEST_CASE("invalid sources neither change nor create a copy") {
    auto view = wanted();
    const auto copy = build::copy(view.contributors, text);

    SUBCASE("nothing to deliver, no copy: reported, not created") {
        view.desired = {};
        const auto decided = decide(view);
        CHECK(decided.action == secret_action::none);
        CHECK(decided.reason == reconcile::reasons::source_invalid);
    }
    SUBCASE("nothing to deliver, a copy: the last good one stays") {
        view.desired = {};
        holds(view, copy, ownership::ours);
        CHECK(decide(view).action == secret_action::none);
        CHECK(decide(view).reason.empty());
    }
    SUBCASE("unknown entries, a copy that no owner has to change: it is not even read") {
        view.desired = {};
        view.desired.complete = false;
        auto recorded = copy;
        recorded.meta.annotations.emplace(reconcile::entries_annotation, "uid-hub/login=quay.io");
        holds(view, recorded, ownership::ours);
        CHECK(decide(view).needs_content);
        view.all_recorded_stay = true;
        CHECK(decide(view).action == secret_action::none);
        CHECK_FALSE(decide(view).needs_content);
        auto bare = recorded;
        bare.meta.labels.clear();
        holds(view, bare, ownership::ours);
        CHECK(decide(view).needs_content);
    }
    SUBCASE("a part to deliver, a copy: its content tells what to keep") {
        view.desired = build::desired("a part");
        view.desired.complete = false;
        holds(view, copy, ownership::ours);
        CHECK(decide(view).action == secret_action::none);
        CHECK(decide(view).needs_content);
        CHECK(decide(view).reason.empty());
    }
    SUBCASE("unknown entries, and an object that fed the copy is gone: its entries are removed") {
        view.desired = {};
        view.desired.complete = false;
        auto makers = view.contributors;
        makers.push_back(build::shared(build::credential("gone")));
        const auto theirs = build::copy(makers, "the whole");
        holds(view, theirs, ownership::ours);
        view.lost_owner = true;
        CHECK(decide(view).needs_content);
        view.content_read = true;
        view.content_readable = true;
        view.desired = build::desired("the rest");
        CHECK(decide(view).action == secret_action::update);
    }
    SUBCASE("with some sources readable and no copy, the Secret is created") {
        view.desired.complete = false;
        CHECK(decide(view).action == secret_action::create);
    }
}

TEST_CASE("an update or a recreation that takes out an owner's entries is destructive and a removal") {
    const reconcile::secret_plan update{.action = secret_action::update, .reason = {}, .message = {}};
    const reconcile::secret_plan none{.action = secret_action::none, .reason = {}, .message = {}};
    auto view = wanted();
    CHECK_FALSE(facts_of(view, update, nullptr).destructive);
    SUBCASE("of an owner that no longer wants the Secret") {
        view.dropped = {build::shared(build::credential("other"))};
    }
    SUBCASE("of an owner that is gone") {
        view.lost_owner = true;
    }
    CHECK(facts_of(view, update, nullptr).destructive);
    CHECK(facts_of(view, update, nullptr).removes);
    CHECK_FALSE(facts_of(view, none, nullptr).removes);
}

TEST_CASE("an ownerReference to a RegistryCredential proves ownership, a label does not") {
    const auto anyone = [](const std::string&) { return true; };
    const auto none_is_live = [](const std::string&) { return false; };
    CHECK(reconcile::ownership_of(nullptr, anyone) == ownership::absent);

    auto secret = stranger();
    secret.meta.labels.emplace("app.kubernetes.io/managed-by", "regcred");
    CHECK(reconcile::ownership_of(&secret, anyone) == ownership::foreign);

    const auto copy = build::copy({build::shared(build::credential("hub"))}, text);
    CHECK(reconcile::ownership_of(&copy, none_is_live) == ownership::ours);

    auto other_kind = copy;
    other_kind.meta.owner_references.front().kind = "Deployment";
    CHECK(reconcile::ownership_of(&other_kind, anyone) == ownership::foreign);
    auto other_group = copy;
    other_group.meta.owner_references.front().api_version = "regcred.dev.evil.example/v1";
    CHECK(reconcile::ownership_of(&other_group, anyone) == ownership::foreign);
}

TEST_CASE("a retained copy is ours only while an object that its annotation names lives") {
    auto retaining = build::credential("hub");
    retaining.on_deletion = v1alpha1::deletion_policy::retain;
    const auto copy = build::copy({build::shared(retaining), build::shared(build::credential("quay"))}, text);
    CHECK(copy.meta.owner_references.empty());

    CHECK(reconcile::ownership_of(&copy, [](const std::string& uid) { return uid == "uid-quay"; }) ==
          ownership::ours);
    CHECK(reconcile::ownership_of(&copy, [](const std::string&) { return false; }) == ownership::foreign);
}

TEST_CASE("a source is never overwritten, whatever the conflict policy says") {
    auto object = build::credential("hub");
    object.on_conflict = v1alpha1::conflict_policy::adopt;
    auto view = wanted();
    view.contributors = {build::shared(std::move(object))};
    const auto source = stranger();
    holds(view, source, ownership::foreign);
    REQUIRE(decide(view).adopts);
    view.is_source = true;
    const auto decided = decide(view);
    CHECK(decided.action == secret_action::none);
    CHECK(decided.reason == reconcile::reasons::conflict);
    CHECK(decided.message.find("source") != std::string::npos);

    // Made by copying a copy with its ownerReferences.
    const auto with_owner = build::copy(view.contributors, "other");
    holds(view, with_owner, ownership::ours);
    CHECK(decide(view).reason == reconcile::reasons::conflict);
    view.contributors.clear();
    CHECK(decide(view).action == secret_action::none);
}

namespace {

reconcile::result_record right_for(const secret_view& view) {
    reconcile::result_record known;
    known.now = reconcile::result_record::state::synced;
    known.desired = desired_fingerprint(view);
    return known;
}

}  // namespace

TEST_CASE("removing, recreating and adopting a Secret are destructive, creating and updating are not") {
    struct row {
        secret_action action;
        bool adopts;
        bool writes;
        bool destructive;
        bool removes;
    };
    for (const auto& row : {row{secret_action::none, false, false, false, false},
                            row{secret_action::create, false, true, false, false},
                            row{secret_action::update, false, true, false, false},
                            row{secret_action::update, true, true, true, false},
                            row{secret_action::recreate, false, true, true, false},
                            row{secret_action::remove, false, true, true, true}}) {
        auto view = wanted();
        if (row.removes) {
            view.dropped = std::exchange(view.contributors, {});
            view.unasked_losers = {"uid-hub"};
        }
        const auto facts = facts_of(
            view, {.action = row.action, .adopts = row.adopts, .reason = {}, .message = {}}, nullptr);
        CHECK(facts.writes == row.writes);
        CHECK(facts.destructive == row.destructive);
        CHECK(facts.removes == row.removes);
        CHECK_FALSE(facts.asked_for);
        CHECK_FALSE(facts.drifted);
        CHECK_FALSE(facts.contended);
    }
}

TEST_CASE(
    "a Secret without an entry that may stay is removed, which is destructive and asked for in a spec") {
    auto view = wanted();
    view.desired = {};
    const auto copy = build::copy(view.contributors, text);
    holds(view, copy, ownership::ours);
    view.content_read = true;
    CHECK(decide(view).action == secret_action::none);  // the content is no docker config
    view.content_readable = true;
    CHECK(decide(view).action == secret_action::remove);
    const auto facts = facts_of(view, decide(view), nullptr);
    CHECK(facts.destructive);
    CHECK_FALSE(facts.removes);
    view.kept = std::exchange(view.contributors, {});
    CHECK(decide(view).action == secret_action::none);
}

TEST_CASE("a Secret that was synced for the same desired state has drifted") {
    const auto view = wanted();
    const reconcile::secret_plan update{.action = secret_action::update, .reason = {}, .message = {}};
    auto known = right_for(view);
    CHECK(facts_of(view, update, &known).drifted);
    known.now = reconcile::result_record::state::pending;
    CHECK_FALSE(facts_of(view, update, &known).drifted);
    known = right_for(view);
    known.desired += 1;
    CHECK_FALSE(facts_of(view, update, &known).drifted);
}

TEST_CASE("a Secret is contended only if its last failure is Contended") {
    const auto view = wanted();
    const reconcile::secret_plan update{.action = secret_action::update, .reason = {}, .message = {}};
    reconcile::result_record known;
    known.last_failure = std::make_unique<const reconcile::failure>(
        reconcile::failure{.reason = "Contended", .message = {}, .since = {}, .credentials = {}});
    CHECK(facts_of(view, update, &known).contended);
    known.last_failure = std::make_unique<const reconcile::failure>(
        reconcile::failure{.reason = "Denied", .message = {}, .since = {}, .credentials = {}});
    CHECK_FALSE(facts_of(view, update, &known).contended);
}

TEST_CASE("a removal is asked for unless one of the dropped owners loses its entries without being asked") {
    const reconcile::secret_plan removal{.action = secret_action::remove, .reason = {}, .message = {}};
    auto view = wanted();
    view.dropped = view.contributors;
    const auto copy = build::copy(view.contributors, "{}");
    holds(view, copy, ownership::ours);
    view.unasked_losers = {"uid-hub"};
    CHECK_FALSE(facts_of(view, removal, nullptr).asked_for);
    CHECK(facts_of(view, removal, nullptr).losers == view.unasked_losers);
    view.lost_owner = true;
    CHECK_FALSE(facts_of(view, removal, nullptr).asked_for);
    view.unasked_losers.clear();
    CHECK(facts_of(view, removal, nullptr).asked_for);
}

TEST_CASE(
    "a removal reads the RegistryCredentials of the Secret and its namespace, and lists all if an owner has "
    "no name") {
    auto view = wanted();
    view.dropped = {build::shared(build::credential("quay"))};
    auto reads = reads_before_removal(view);
    CHECK_FALSE(reads.all_credentials);
    CHECK(reads.credentials == std::set<std::string>{"hub", "quay"});
    CHECK(reads.namespace_name == build::here.namespace_name);
    CHECK(reads.copies.empty());
    view.unnamed_owner_lost = true;
    CHECK(reads_before_removal(view).all_credentials);
}
