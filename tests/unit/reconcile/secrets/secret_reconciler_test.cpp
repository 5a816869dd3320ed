// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_reconciler.hpp"

#include "reconcile/state/reasons.hpp"
#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"
#include "util/base64.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace {

using build::wants;
using lines = std::vector<std::string>;
using wire::in_turn;
using wire::ok;
using wire::refusal;

namespace reasons = reconcile::reasons;

const std::string secret_path = "/api/v1/namespaces/team-a/secrets/regcred";
const std::string hub_path = "/apis/regcred.dev/v1alpha1/registrycredentials/hub";

std::string deleted() {
    return ok({{"apiVersion", "v1"}, {"kind", "Status"}, {"status", "Success"}});
}

/// The reconciler, and an API server that answers in turn.
struct fixture : build::cluster_fixture {
    explicit fixture(std::vector<std::string> responses, bool copies_listed = true)
        : build::cluster_fixture({"regcred", "other"}, copies_listed),
          stage(in_turn(std::move(responses))),
          guard_reads(stage.io.get_executor(), *stage.client, state, guard, queues.secrets, log, "Secrets"),
          reconciler({.client = *stage.client,
                      .state = state,
                      .queues = queues,
                      .events = events,
                      .guard = guard,
                      .guard_reads = guard_reads,
                      .log = log,
                      .writes = metrics.counters("writes_total", "help", {"action", "result"}),
                      .drift = metrics.counters("drift_total", "help", {"resource", "cause"}),
                      .clock = [] { return runtime::wall_time{}; },
                      .on_new_failure = {}}) {
        add_source("login", "quay.io", "CANARY-1");
        add_namespace("team-a");
    }
    /// The deletion guard has counted what is to be removed.
    void count_removals() {
        const auto now = std::chrono::steady_clock::now();
        static_cast<void>(guard.pause(build::here, now - reconcile::deletion_guard::count_time));
    }
    runtime::outcome reconcile() { return stage.run(reconciler.reconcile(build::here)); }
    [[nodiscard]] lines requests() const { return wire::request_lines(stage); }
    [[nodiscard]] std::string reason() const { return build::failure_reason(state.results(), build::here); }
    /// The copy as the API server would show it, of this version.
    [[nodiscard]] kube::json copy(const std::string& resource_version, const std::string& document) {
        auto object = wire::secret("team-a", resource_version);
        const auto meta = reconcile::desired_metadata(build::here, view(build::here).contributors, nullptr);
        object["metadata"]["annotations"] = {
            {std::string(reconcile::entries_annotation), view(build::here).desired.origins},
            {std::string(reconcile::written_as_annotation), "team-a/regcred"}};
        object["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "regcred"}};
        object["metadata"]["ownerReferences"] =
            kube::json::array({{{"apiVersion", "regcred.dev/v1alpha1"},
                                {"kind", "RegistryCredential"},
                                {"name", meta.owner_references.at(0).name},
                                {"uid", meta.owner_references.at(0).uid}}});
        std::string encoded;
        util::append_base64(encoded, document);
        object["data"][".dockerconfigjson"] = encoded;
        return object;
    }
    [[nodiscard]] std::string desired_document() {
        return std::string(view(build::here).desired.document->reveal());
    }

    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::debug, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
    reconcile::event_aggregator events;
    reconcile::deletion_guard guard;
    api_fixture stage;
    reconcile::guard_reader guard_reads;
    reconcile::secret_reconciler reconciler;
};

/// The copy that hub has made is there, and hub no longer selects the namespace.
void deselect(fixture& f) {
    f.add_credential(wants("hub", "login"));
    f.apply_all();
    auto narrower = wants("hub", "login", {"team-b"});
    narrower.meta.generation = 2;
    f.add_credential(std::move(narrower));
}

}  // namespace

TEST_CASE("a missing copy is created, and settled when the response matches") {
    fixture probe({});
    probe.add_credential(wants("hub", "login"));
    const auto response = wire::created(probe.copy("50", probe.desired_document()));

    fixture f({response});
    f.add_credential(wants("hub", "login"));
    f.clear_queues();
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"PATCH " + secret_path});
    CHECK(f.state.results().is_synced(build::here));
    CHECK(f.statuses().contains("hub"));
    const auto written = f.events.collect("hub");
    REQUIRE(written.size() == 1);
    CHECK(written[0].reason == "Created");
    CHECK(f.metrics.text().find(R"(writes_total{action="create",result="ok"} 1)") != std::string::npos);
    CHECK(f.metrics.text().find("drift_total{") == std::string::npos);
    CHECK(f.log_lines.count("CANARY") == 0);
    // The copy is known ahead of the watch: a second run has nothing to write.
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests().size() == 1);
}

TEST_CASE("a written copy ends the wait of its namespace, and is counted for its RegistryCredential") {
    fixture probe({});
    probe.add_credential(wants("hub", "login"));
    fixture f({wire::created(probe.copy("50", probe.desired_document()))});
    f.add_credential(wants("hub", "login"));
    f.queues.arrivals.lead(std::chrono::steady_clock::now());
    f.queues.add_arrival(build::here);
    REQUIRE(f.reconcile() == runtime::outcome::settled());
    CHECK(f.queues.arrivals.on_time() == 1);
    CHECK(f.queues.arrivals.waiting() == 0);
    const auto finished = f.queues.runs.finish("hub", {}, std::chrono::steady_clock::now());
    REQUIRE(finished);
    CHECK(finished->written == 1);
}

TEST_CASE("a refused copy ends the wait of its namespace only if a person must act") {
    for (const int code : {403, 500}) {
        fixture f({refusal(code, code == 403 ? "Forbidden" : "InternalError")});
        f.add_credential(wants("hub", "login"));
        f.queues.arrivals.lead(std::chrono::steady_clock::now());
        f.queues.add_arrival(build::here);
        static_cast<void>(f.reconcile());
        CHECK(f.queues.arrivals.failed() == (code == 403 ? 1 : 0));
        CHECK(f.queues.arrivals.waiting() == (code == 403 ? 0 : 1));
    }
}

TEST_CASE("a copy that is there, and a namespace that is gone, wait no longer and are not counted") {
    fixture f({});
    f.add_credential(wants("hub", "login"));
    f.apply_all();
    f.queues.arrivals.lead(std::chrono::steady_clock::now());
    f.queues.add_arrival(build::here);
    REQUIRE(f.reconcile() == runtime::outcome::settled());
    CHECK(f.queues.arrivals.waiting() == 0);
    CHECK(f.queues.arrivals.on_time() == 0);

    fixture gone({refusal(404, "NotFound", "namespaces")});
    gone.add_credential(wants("hub", "login"));
    gone.queues.add_arrival(build::here);
    REQUIRE(gone.reconcile() == runtime::outcome::done());
    CHECK(gone.queues.arrivals.waiting() == 0);
}

TEST_CASE("a repair is counted by what another writer did to the copy") {
    fixture probe({});
    probe.add_credential(wants("hub", "login"));
    const auto right = probe.copy("500", probe.desired_document());
    SUBCASE("deleted") {
        fixture f({wire::created(right), wire::created(right)});
        f.add_credential(wants("hub", "login"));
        REQUIRE(f.reconcile() == runtime::outcome::settled());
        f.version = 500;
        f.collect_garbage(build::here);
        REQUIRE(f.reconcile() == runtime::outcome::settled());
        CHECK(f.metrics.text().find(R"(drift_total{resource="secrets",cause="deleted"} 1)") !=
              std::string::npos);
    }
    SUBCASE("modified") {
        auto repaired = right;
        repaired["metadata"]["resourceVersion"] = "600";
        fixture f({wire::created(right), ok(repaired)});
        f.add_credential(wants("hub", "login"));
        REQUIRE(f.reconcile() == runtime::outcome::settled());
        auto edited = *f.state.find_copy(build::here);
        edited.meta.resource_version = "550";
        edited.document = util::digest_of("another document");
        f.state.copies("regcred").upsert(std::move(edited));
        REQUIRE(f.reconcile() == runtime::outcome::settled());
        CHECK(f.metrics.text().find(R"(drift_total{resource="secrets",cause="modified"} 1)") !=
              std::string::npos);
    }
}

TEST_CASE("a copy that becomes synced queues the other Secrets of its namespace") {
    fixture probe({});
    probe.add_credential(wants("hub", "login"));
    fixture f({wire::created(probe.copy("50", probe.desired_document()))});
    f.add_credential(wants("hub", "login"));
    reconcile::observed_secret other;
    other.meta = build::meta("other", "team-a");
    f.state.copies("other").upsert(std::move(other));
    f.clear_queues();
    REQUIRE(f.reconcile() == runtime::outcome::settled());
    CHECK(f.secrets().contains({.namespace_name = "team-a", .name = "other"}));
}

TEST_CASE("a copy that is no longer wanted is removed after reads of its RegistryCredential and namespace") {
    auto hub = wire::credential("hub", "900");
    hub["metadata"]["generation"] = 2;
    hub["spec"]["namespaces"]["include"] = kube::json::array({"team-b"});
    fixture f({ok(hub), ok(wire::namespace_object("team-a", "901")), deleted()});
    deselect(f);
    REQUIRE(f.next("team-a") == reconcile::secret_action::remove);
    f.count_removals();
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET " + hub_path, "GET /api/v1/namespaces/team-a", "DELETE " + secret_path});
    CHECK(f.state.find_copy(build::here) == nullptr);
    CHECK(f.state.results().find(build::here) == nullptr);
    CHECK(f.events.collect("hub").at(0).reason == "Removed");
}

TEST_CASE("a copy stays when the read shows that it is wanted after all") {
    auto hub = wire::credential("hub", "900");
    hub["metadata"]["generation"] = 3;
    hub["spec"]["sources"][0]["secretRef"]["name"] = "login";
    fixture f({ok(hub), ok(wire::namespace_object("team-a", "901"))});
    deselect(f);
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET " + hub_path, "GET /api/v1/namespaces/team-a"});
    CHECK(f.state.find_copy(build::here) != nullptr);
}

TEST_CASE("a copy stays, and ServerUnavailable is recorded, when the reads fail") {
    fixture f({refusal(500, "InternalError")});
    deselect(f);
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.requests() == lines{"GET " + hub_path});
    CHECK(f.state.find_copy(build::here) != nullptr);
    CHECK(f.reason() == reasons::server_unavailable);
}

TEST_CASE("after a conflict the copy is read, and an up-to-date one is not written") {
    fixture probe({});
    probe.add_credential(wants("hub", "login"));
    const auto right = ok(probe.copy("50", probe.desired_document()));

    fixture f({refusal(409, "Conflict", "secrets"), right});
    f.add_credential(wants("hub", "login"));
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"PATCH " + secret_path, "GET " + secret_path});
    CHECK(f.state.results().is_synced(build::here));
    CHECK(f.events.collect("hub").empty());
}

TEST_CASE("a refused write is recorded with its reason, and retried") {
    fixture f({refusal(403, "Forbidden")});
    f.add_credential(wants("hub", "login"));
    f.clear_queues();
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.reason() == reasons::forbidden);
    CHECK(f.statuses().contains("hub"));
    CHECK(f.log_lines.count("Secret out of sync") == 1);
    CHECK(f.metrics.text().find(R"(writes_total{action="create",result="forbidden"} 1)") !=
          std::string::npos);
    CHECK(f.events.collect("hub").empty());
}

TEST_CASE("a namespace that is gone is forgotten without a failure") {
    fixture f({refusal(404, "NotFound", "namespaces")});
    f.add_credential(wants("hub", "login"));
    CHECK(f.reconcile() == runtime::outcome::done());
    CHECK(f.state.results().find(build::here) == nullptr);
}

namespace {

/// As the API server has "hub" when remove_label() is over.
kube::json hub_by_label() {
    auto hub = wire::credential("hub", "900");
    hub["spec"]["namespaces"] = {{"selector", {{"matchLabels", {{"pull", "private"}}}}}};
    return hub;
}

/// The copy that hub has made is there, and the namespace loses its label; hub keeps its spec.
void remove_label(fixture& f) {
    auto object = wants("hub", "login", {});
    object.namespaces.selector = build::labels({{"pull", "private"}});
    f.add_namespace("team-a", {{"pull", "private"}});
    f.add_credential(object);
    f.apply_all();
    f.add_namespace("team-a");
    REQUIRE(f.next("team-a") == reconcile::secret_action::remove);
}

}  // namespace

TEST_CASE("a removal that no user asked for is held by the deletion guard, and recorded") {
    fixture f({ok(hub_by_label()), ok(wire::namespace_object("team-a", "901"))});
    remove_label(f);
    const auto now = std::chrono::steady_clock::now();
    for (int i = 0; f.guard.may_delete({.namespace_name = std::to_string(i), .name = "regcred"}, 1, now);
         ++i) {
    }

    CHECK(f.reconcile() == runtime::outcome::done());
    CHECK(f.requests() == lines{"GET " + hub_path, "GET /api/v1/namespaces/team-a"});
    CHECK(f.state.find_copy(build::here) != nullptr);
    CHECK(f.reason() == reasons::deletion_guard);
}

TEST_CASE("a removal that waits until others are counted is not a failure") {
    fixture f({ok(hub_by_label()), ok(wire::namespace_object("team-a", "901"))});
    remove_label(f);
    CHECK(f.reconcile().kind() == runtime::outcome_kind::requeue_after);
    CHECK(f.reason().empty());
    CHECK(f.state.find_copy(build::here) != nullptr);
}

TEST_CASE("a failure about a copy whose owner is gone names that owner in the log") {
    fixture f({refusal(404, "NotFound", "registrycredentials"), refusal(500, "InternalError")});
    f.add_credential(wants("hub", "login"));
    f.apply_all();
    f.remove_credential("hub");
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.log_lines.count("Secret out of sync registrycredential=hub") == 1);
}

namespace {

/// hub and quay share the copy, which has been written; then hub is suspended and quay's source rotates.
void share_and_suspend(fixture& f) {
    f.add_source("other", "ghcr.io", "CANARY-2");
    f.add_credential(wants("hub", "login"));
    f.add_credential(wants("quay", "other"));
    f.apply_all();
    auto suspended = wants("hub", "login");
    suspended.suspend = true;
    suspended.meta.generation = 2;
    f.add_credential(std::move(suspended));
    f.add_source("other", "ghcr.io", "CANARY-3");
    f.clear_queues();
}

/// The copy as the API server has it.
kube::json stored(fixture& f, const std::string& resource_version, const std::string& document) {
    auto object = wire::secret("team-a", resource_version);
    const auto copy = f.state.find_copy(build::here);
    object["metadata"]["uid"] = copy->meta.uid;
    for (const auto& [key, value] : copy->meta.annotations)
        object["metadata"]["annotations"][key] = value;
    object["metadata"]["annotations"][std::string(reconcile::written_as_annotation)] = "team-a/regcred";
    for (const auto& owner : copy->meta.owner_references) {
        object["metadata"]["ownerReferences"].push_back({{"apiVersion", owner.api_version},
                                                         {"kind", owner.kind},
                                                         {"name", owner.name},
                                                         {"uid", owner.uid}});
    }
    object["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "regcred"}};
    std::string encoded;
    util::append_base64(encoded, document);
    object["data"][".dockerconfigjson"] = encoded;
    return object;
}

}  // namespace

TEST_CASE(
    "entries of a suspended RegistryCredential are read from the copy and written back with the others") {
    fixture probe({});
    share_and_suspend(probe);
    const auto before = probe.document_of(build::here);
    REQUIRE(before.find("CANARY-1") != std::string::npos);
    probe.apply_plan(build::here);
    const auto after = probe.document_of(build::here);
    REQUIRE(after.find("CANARY-3") != std::string::npos);

    fixture shape({});
    share_and_suspend(shape);
    const auto version = shape.state.find_copy(build::here)->meta.resource_version;
    fixture f({ok(stored(shape, version, before)),
               ok(stored(shape, "900", after)),
               ok(stored(shape, "900", after))});
    share_and_suspend(f);
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET " + secret_path, "PUT " + secret_path, "GET " + secret_path});
    const auto body = wire::json_body_of(f.stage.server.requests()[1]);
    std::string encoded;
    util::append_base64(encoded, after);
    CHECK(body["data"][".dockerconfigjson"] == encoded);
    CHECK(f.state.results().is_synced(build::here));
    CHECK(f.log_lines.count("CANARY") == 0);
    const auto* record = f.state.results().find(build::here);
    CHECK(record->failure_of("quay") == nullptr);
    CHECK(record->failure_of("hub") == nullptr);  // what it would deliver is what the copy has
}

namespace {

/// share_and_suspend(), and the copy cannot be updated any more.
void share_and_freeze(fixture& f) {
    share_and_suspend(f);
    auto copy = *f.state.find_copy(build::here);
    copy.immutable = true;
    copy.meta.resource_version = f.next_version();
    f.state.copies("regcred").upsert(std::move(copy));
}

/// What the API server answers from the read of a frozen copy to the read that confirms the write: `old` is
/// the copy.
std::vector<std::string> answers_before_recreation(kube::json old) {
    old["immutable"] = true;
    auto hub = wire::credential("hub", "900");
    hub["metadata"]["generation"] = 2;
    hub["spec"]["suspend"] = true;
    auto quay = wire::credential("quay", "901");
    quay["spec"]["sources"][0]["secretRef"]["name"] = "other";
    return {ok(old), ok(hub), ok(quay), ok(wire::namespace_object("team-a", "902"))};
}

}  // namespace

TEST_CASE(
    "if a copy cannot be created again after its deletion, its entries that must stay are kept in memory, "
    "and "
    "created later") {
    fixture probe({});
    share_and_suspend(probe);
    const auto before = probe.document_of(build::here);
    probe.apply_plan(build::here);
    const auto after = probe.document_of(build::here);
    REQUIRE(after.find("CANARY-1") != std::string::npos);
    REQUIRE(after.find("CANARY-3") != std::string::npos);

    fixture shape({});
    share_and_freeze(shape);
    const auto version = shape.state.find_copy(build::here)->meta.resource_version;
    auto answers = answers_before_recreation(stored(shape, version, before));
    answers.push_back(wire::created(wire::secret("team-a", "")));  // the dry run
    answers.push_back(deleted());
    answers.push_back(refusal(403, "Forbidden"));
    answers.push_back(refusal(404, "NotFound", "secrets"));
    answers.push_back(wire::created(stored(shape, "910", after)));
    answers.push_back(ok(stored(shape, "910", after)));
    fixture f(std::move(answers));
    share_and_freeze(f);
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.reason() == reasons::forbidden);
    CHECK(f.requests().back() == "PATCH " + secret_path);

    CHECK(f.reconcile() == runtime::outcome::settled());
    const auto lines_sent = f.requests();
    CHECK(lines(lines_sent.end() - 3, lines_sent.end()) ==
          lines{"GET " + secret_path, "PATCH " + secret_path, "GET " + secret_path});
    const auto& requests = f.stage.server.requests();
    std::string encoded;
    util::append_base64(encoded, after);
    CHECK(wire::json_body_of(requests[requests.size() - 2])["data"][".dockerconfigjson"] == encoded);
    CHECK(f.log_lines.count("CANARY") == 0);

    // They are not kept for longer: who deletes the copy then, revokes what is only in it.
    f.version = 1000;
    f.collect_garbage(build::here);
    static_cast<void>(f.reconcile());
    const auto last = wire::json_body_of(f.stage.server.requests().back());
    CHECK(last["data"][".dockerconfigjson"] != encoded);
}

TEST_CASE("a suspended RegistryCredential alone reports what it would change") {
    fixture f({ok(wire::secret("team-a", "100"))});
    share_and_suspend(f);
    const auto version = f.state.find_copy(build::here)->meta.resource_version;
    const auto document = f.document_of(build::here);
    f.add_source("login", "quay.io", "CANARY-rotated");
    f.add_source("other", "ghcr.io", "CANARY-2");
    fixture g({ok(stored(f, version, document))});
    share_and_suspend(g);
    g.add_source("login", "quay.io", "CANARY-rotated");
    g.add_source("other", "ghcr.io", "CANARY-2");
    CHECK(g.reconcile() == runtime::outcome::settled());
    CHECK(g.requests() == lines{"GET " + secret_path});
    const auto* record = g.state.results().find(build::here);
    REQUIRE(record->failure_of("hub") != nullptr);
    CHECK(record->failure_of("hub")->reason == reasons::suspended);
    CHECK(record->failure_of("quay") == nullptr);
    CHECK(g.statuses().contains("hub"));
}

TEST_CASE("of two suspended RegistryCredentials each reports what it alone would change") {
    const auto suspend_both = [](fixture& f) {
        share_and_suspend(f);
        f.add_source("other", "ghcr.io", "CANARY-2");
        auto second = wants("quay", "other");
        second.suspend = true;
        second.meta.generation = 2;
        f.add_credential(std::move(second));
    };
    fixture shape({});
    suspend_both(shape);
    const auto version = shape.state.find_copy(build::here)->meta.resource_version;
    fixture f({ok(stored(shape, version, shape.document_of(build::here)))});
    suspend_both(f);
    f.add_source("login", "quay.io", "CANARY-rotated");
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET " + secret_path});
    const auto* record = f.state.results().find(build::here);
    REQUIRE(record->failure_of("hub") != nullptr);
    CHECK(record->failure_of("hub")->reason == reasons::suspended);
    CHECK(record->failure_of("quay") == nullptr);
}

TEST_CASE("a copy whose content cannot be read is not written") {
    fixture f({refusal(500, "InternalError")});
    share_and_suspend(f);
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.requests() == lines{"GET " + secret_path});
    CHECK(f.reason() == reasons::server_unavailable);
}

TEST_CASE("a lost owner that only the annotation names is confirmed by a list of RegistryCredentials") {
    auto hub = wire::credential("hub", "900");
    hub["spec"]["deletionPolicy"] = "Retain";
    const kube::json list{{"apiVersion", "regcred.dev/v1alpha1"},
                          {"kind", "RegistryCredentialList"},
                          {"metadata", {{"resourceVersion", "900"}}},
                          {"items", kube::json::array({hub})}};
    fixture f({ok(list), ok(wire::namespace_object("team-a", "901"))});
    auto retaining = wants("hub", "login");
    retaining.on_deletion = v1alpha1::deletion_policy::retain;
    f.add_credential(retaining);
    f.add_credential(wants("quay", "login"));
    f.apply_all();
    f.remove_credential("quay");
    f.remove_credential("hub");
    f.state.forget_deleted(build::here);  // as after a restart
    f.add_credential(wants("quay", "login"));
    REQUIRE(f.view(build::here).unnamed_owner_lost);
    static_cast<void>(f.reconcile());
    REQUIRE_FALSE(f.requests().empty());
    CHECK(f.requests().front() == "GET /apis/regcred.dev/v1alpha1/registrycredentials");
    CHECK(f.find_credential("hub") != nullptr);
}

TEST_CASE("a Secret of a name that was never listed is left alone until it is") {
    fixture f({}, false);
    f.add_credential(wants("hub", "login"));
    CHECK(f.reconcile() == runtime::outcome::done());
    CHECK(f.requests().empty());
    CHECK(f.reason() == "unknown");
}
