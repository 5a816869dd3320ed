// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_reconciler.hpp"

#include "reconcile/state/reasons.hpp"
#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using wire::in_turn;
using wire::json_body_of;
using wire::ok;
using wire::refusal;

namespace reasons = reconcile::reasons;

const std::string account_path = "/api/v1/namespaces/team-a/serviceaccounts/default";
const std::string hub_path = "/apis/regcred.dev/v1alpha1/registrycredentials/hub";
const runtime::object_key default_account{.namespace_name = "team-a", .name = "default"};

kube::json account(const std::string& resource_version, const lines& listed, const std::string& added) {
    kube::json object{{"apiVersion", "v1"},
                      {"kind", "ServiceAccount"},
                      {"metadata", wire::metadata("default", resource_version, "team-a")}};
    if (!added.empty()) object["metadata"]["annotations"] = {{"regcred.dev/added", added}};
    for (const auto& name : listed)
        object["imagePullSecrets"].push_back({{"name", name}});
    return object;
}

struct fixture : build::cluster_fixture {
    explicit fixture(std::vector<std::string> responses)
        : stage(in_turn(std::move(responses))),
          guard_reads(stage.io.get_executor(),
                      *stage.client,
                      state,
                      guard,
                      queues.service_accounts,
                      log,
                      "ServiceAccounts"),
          reconciler({.client = *stage.client,
                      .state = state,
                      .accounts = accounts,
                      .queues = queues,
                      .events = events,
                      .guard = guard,
                      .guard_reads = guard_reads,
                      .log = log,
                      .writes = metrics.counters("writes_total", "help", {"action", "result"}),
                      .drift = metrics.counters("drift_total", "help", {"resource", "cause"}),
                      .clock = [] { return runtime::wall_time{}; }}) {
        add_namespace("team-a");
    }
    void add_account(const lines& listed, const std::string& added) {
        accounts.store_of("default")->upsert(
            reconcile::decode_service_account(account(next_version(), listed, added)).value());
    }
    /// The last result was for hub.
    void record_hub() {
        accounts.results().failed(
            default_account, {}, reconcile::account_selections_of({find_credential("hub")}));
    }
    void add_hub(const lines& include = {"*"}, std::int64_t generation = 1) {
        auto object = build::wants("hub", "login", include);
        object.service_accounts = {"default"};
        object.meta.generation = generation;
        add_credential(std::move(object));
    }
    runtime::outcome reconcile() { return stage.run(reconciler.reconcile(default_account)); }
    [[nodiscard]] lines requests() const { return wire::request_lines(stage); }
    [[nodiscard]] std::string reason() const {
        return build::failure_reason(accounts.results(), default_account);
    }

    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::debug, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
    reconcile::event_aggregator events;
    reconcile::deletion_guard guard;
    reconcile::service_account_state accounts{state, {"default"}, queues};
    api_fixture stage;
    reconcile::guard_reader guard_reads;
    reconcile::service_account_reconciler reconciler;
};

/// What the API server knows of hub, which wants an entry in team-b alone.
std::string narrower_hub() {
    auto hub = wire::credential("hub", "900");
    hub["metadata"]["generation"] = 2;
    hub["spec"]["namespaces"]["include"] = kube::json::array({"team-b"});
    hub["spec"]["serviceAccounts"] = kube::json::array({"default"});
    return ok(hub);
}

}  // namespace

TEST_CASE("an entry is added by a patch that is bound to the version of the view") {
    fixture f({ok(account("800", {"theirs", "regcred"}, "regcred"))});
    f.add_account({"theirs"}, "");
    f.add_hub();
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"PATCH " + account_path});
    const auto body = json_body_of(f.stage.last_request());
    CHECK(body["metadata"]["uid"] == "uid-default");
    CHECK(body["metadata"]["resourceVersion"] == "102");
    CHECK(body["metadata"]["annotations"]["regcred.dev/added"] == "regcred");
    CHECK(body["imagePullSecrets"] == kube::json::array({{{"name", "theirs"}}, {{"name", "regcred"}}}));
    CHECK(f.accounts.results().is_synced(default_account));
    CHECK(f.events.collect("hub").at(0).reason == "ServiceAccountsPatched");
    CHECK(f.metrics.text().find(R"(writes_total{action="add",result="ok"} 1)") != std::string::npos);
    CHECK(f.metrics.text().find("drift_total{") == std::string::npos);
}

TEST_CASE("an entry that another writer has removed is added again, and counted as a repair") {
    fixture f({ok(account("800", {"regcred"}, "regcred")), ok(account("802", {"regcred"}, "regcred"))});
    f.add_account({}, "");
    f.add_hub();
    REQUIRE(f.reconcile() == runtime::outcome::settled());
    f.version = 800;
    f.add_account({}, "regcred");
    REQUIRE(f.reconcile() == runtime::outcome::settled());
    CHECK(f.metrics.text().find(R"(drift_total{resource="serviceaccounts",cause="modified"} 1)") !=
          std::string::npos);
}

TEST_CASE("an entry is removed after reads of its RegistryCredential, its namespace and its Secret") {
    fixture f({narrower_hub(),
               ok(wire::namespace_object("team-a", "901")),
               refusal(404, "NotFound", "secrets"),
               ok(account("902", {}, ""))});
    f.add_account({"regcred"}, "regcred");
    f.add_hub({"team-b"}, 2);
    f.record_hub();
    static_cast<void>(f.guard.pause(
        default_account, std::chrono::steady_clock::now() - reconcile::deletion_guard::count_time));
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET " + hub_path,
                                "GET /api/v1/namespaces/team-a",
                                "GET /api/v1/namespaces/team-a/secrets/regcred",
                                "PATCH " + account_path});
    CHECK(f.accounts.results().find(default_account) == nullptr);
    CHECK(f.events.collect("hub").at(0).reason == "ServiceAccountsPatched");
}

TEST_CASE("an entry stays when a list shows the RegistryCredential that wants it, which the state lacks") {
    auto hub = wire::credential("hub", "900");
    hub["spec"]["serviceAccounts"] = kube::json::array({"default"});
    const kube::json list{{"apiVersion", "regcred.dev/v1alpha1"},
                          {"kind", "RegistryCredentialList"},
                          {"metadata", {{"resourceVersion", "900"}}},
                          {"items", kube::json::array({hub})}};
    fixture f({ok(list), ok(wire::namespace_object("team-a", "901")), refusal(404, "NotFound", "secrets")});
    f.add_hub();
    f.add_account({"regcred"}, "regcred");
    f.accounts.results().synced(
        default_account, 1, reconcile::account_selections_of({f.find_credential("hub")}));
    SUBCASE("the record of the last result tells that one is missing") {}
    SUBCASE("nothing is known of a last result") {
        f.accounts.results().forget(default_account);
    }
    f.remove_credential("hub");
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"GET /apis/regcred.dev/v1alpha1/registrycredentials",
                                "GET /api/v1/namespaces/team-a",
                                "GET /api/v1/namespaces/team-a/secrets/regcred"});
    CHECK(f.accounts.results().is_synced(default_account));
}

TEST_CASE("an entry stays when the namespace cannot be read") {
    fixture f({narrower_hub(), refusal(500, "InternalError")});
    f.add_account({"regcred"}, "regcred");
    f.add_hub({"team-b"}, 2);
    f.record_hub();
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.requests().size() == 2);
    CHECK(f.reason() == reasons::server_unavailable);
    const auto* known = f.accounts.results().find(default_account);
    CHECK(
        known->last_failure->message.find("ServiceAccount team-a/default not patched: cannot confirm that no "
                                          "RegistryCredential wants the entry: ") == 0);
}

TEST_CASE("the entry of a retained Secret stays and leaves the annotation") {
    auto left = wire::secret("team-a", "902");
    left["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "regcred"}};
    fixture f({narrower_hub(),
               ok(wire::namespace_object("team-a", "901")),
               ok(left),
               ok(account("903", {"regcred"}, ""))});
    f.add_account({"regcred"}, "regcred");
    f.add_hub({"team-b"}, 2);
    f.record_hub();
    CHECK(f.reconcile() == runtime::outcome::settled());
    const auto body = json_body_of(f.stage.last_request());
    CHECK_FALSE(body.contains("imagePullSecrets"));
    CHECK(body["metadata"]["annotations"]["regcred.dev/added"].is_null());
}

TEST_CASE("after a conflict the ServiceAccount is read, and its list is kept") {
    fixture f({refusal(409, "Conflict", "serviceaccounts"),
               ok(account("800", {"theirs"}, "")),
               ok(account("801", {"theirs", "regcred"}, "regcred"))});
    f.add_account({}, "");
    f.add_hub();
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"PATCH " + account_path, "GET " + account_path, "PATCH " + account_path});
    CHECK(json_body_of(f.stage.last_request())["imagePullSecrets"].size() == 2);
    CHECK(json_body_of(f.stage.last_request())["metadata"]["resourceVersion"] == "800");
}

TEST_CASE("a ServiceAccount that is gone after a conflict is left alone") {
    fixture f({refusal(404, "NotFound", "serviceaccounts"), refusal(404, "NotFound", "serviceaccounts")});
    f.add_account({}, "");
    f.add_hub();
    CHECK(f.reconcile() == runtime::outcome::settled());
    CHECK(f.requests() == lines{"PATCH " + account_path, "GET " + account_path});
    CHECK(f.accounts.view(default_account).present == nullptr);
}

TEST_CASE("the message of a refusal names the ServiceAccount and deploy/service-accounts.yaml") {
    auto denied = wire::status(403, "Forbidden");
    denied["message"] = "serviceaccounts \"default\" is forbidden";
    fixture f({harness::http_answer(403, denied.dump())});
    f.add_account({}, "");
    f.add_hub();
    CHECK(f.reconcile().kind() == runtime::outcome_kind::retry);
    CHECK(f.reason() == reasons::forbidden);
    const auto& message = f.accounts.results().find(default_account)->last_failure->message;
    CHECK(message.find("ServiceAccount team-a/default not patched: ") == 0);
    CHECK(message.ends_with("; apply deploy/service-accounts.yaml"));
    CHECK(f.log_lines.count("ServiceAccount out of sync") == 1);
}

TEST_CASE("an entry that the deletion guard holds stays, and wanted entries are added") {
    auto hub = wire::credential("hub", "900");
    hub["spec"]["namespaces"]["include"] = kube::json::array({"team-b"});
    hub["spec"]["serviceAccounts"] = kube::json::array({"default"});
    fixture f({ok(hub),
               ok(wire::namespace_object("team-a", "901")),
               refusal(404, "NotFound", "secrets"),
               ok(account("902", {"regcred", "other"}, "other,regcred"))});
    f.add_account({"regcred"}, "regcred");
    f.add_hub({"team-b"});
    f.record_hub();
    auto quay = build::wants("quay", "login");
    quay.secret_name = "other";
    quay.service_accounts = {"default"};
    f.add_credential(std::move(quay));
    const auto now = std::chrono::steady_clock::now();
    for (int i = 0; f.guard.may_delete({.namespace_name = std::to_string(i), .name = "default"}, 0, now);
         ++i) {
    }
    CHECK(f.reconcile() == runtime::outcome::done());
    CHECK(f.requests().back() == "PATCH " + account_path);
    CHECK(json_body_of(f.stage.last_request())["imagePullSecrets"] ==
          kube::json::array({{{"name", "regcred"}}, {{"name", "other"}}}));
    CHECK(f.reason() == reasons::deletion_guard);
}
