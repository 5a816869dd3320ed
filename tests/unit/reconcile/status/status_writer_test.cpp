// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status_writer.hpp"

#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using wire::json_body_of;
using wire::refusal;

const std::string hub_path = "/apis/regcred.dev/v1alpha1/registrycredentials/hub";

/// Keeps what is recorded.
struct event_log final : runtime::event_writer {
    lines notes;

    boost::asio::awaitable<kube::result<void>> create(runtime::event_write write) override {
        notes.push_back(write.event.note);
        co_return kube::result<void>{};
    }
    boost::asio::awaitable<kube::result<void>> update_series(runtime::event_write) override {
        co_return kube::result<void>{};
    }
};

/// Answers a PUT of a status with the object that was put, of a new version.
std::string put_back(const std::string& request) {
    auto object = wire::credential("hub", "900");
    object["status"] = json_body_of(request)["status"];
    return wire::ok(object);
}

struct fixture : build::cluster_fixture {
    explicit fixture(api_fixture::respond answers) : stage(std::move(answers)) {
        add_source("login", "quay.io", "CANARY-1");
        add_namespace("team-a");
        add_credential(build::wants("hub", "login"));
        clear_queues();
        queues.runs.forget("hub");
    }
    runtime::outcome write() { return stage.run(writer.reconcile({.namespace_name = {}, .name = "hub"})); }
    [[nodiscard]] lines requests() const { return wire::request_lines(stage); }

    api_fixture stage;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::service_account_state accounts{state, {"default"}, queues};
    reconcile::pull_watcher pulls{stage.io.get_executor(),
                                  {.client = *stage.client,
                                   .state = state,
                                   .queues = queues,
                                   .log = log,
                                   .clock = [] { return runtime::wall_time{}; },
                                   .random = [] { return 0.0; }}};
    reconcile::admission_checker admission{stage.io.get_executor(),
                                           *stage.client,
                                           queues,
                                           log,
                                           {.own_namespace = "regcred-system",
                                            .required = false,
                                            .secret_names = {},
                                            .service_account = [] { return std::nullopt; },
                                            .checked = [] {},
                                            .changed = [] {}}};
    bool works = true;
    reconcile::event_aggregator writes;
    event_log event_writer;
    runtime::event_recorder events{
        stage.io.get_executor(), event_writer, log, [] { return runtime::wall_time{}; }};
    reconcile::status_writer writer{{.client = *stage.client,
                                     .state = state,
                                     .accounts = accounts,
                                     .pulls = pulls,
                                     .queues = queues,
                                     .admission = admission,
                                     .writes = writes,
                                     .events = events,
                                     .log = log,
                                     .clock = [] { return runtime::wall_time{}; },
                                     .approvals = nullptr,
                                     .works = [this] { return works; }}};
};

}  // namespace

TEST_CASE("a changed status is put with the resourceVersion of the object, and does not queue itself") {
    fixture f(put_back);
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.requests() == lines{"PUT " + hub_path + "/status"});
    const auto body = json_body_of(f.stage.last_request());
    CHECK(body["metadata"]["uid"] == "uid-hub");
    CHECK(body["metadata"]["resourceVersion"] == "103");
    CHECK(body["status"]["summary"] == "0/1");
    CHECK(f.find_credential("hub")->meta.resource_version == "900");
    CHECK(f.statuses().empty());
}

TEST_CASE("each change of a condition is one line of the log, once the status is written") {
    fixture f(put_back);
    f.state.sources().erase({.namespace_name = "regcred-system", .name = "login"}, f.next_version());
    f.clear_queues();
    static_cast<void>(f.write());
    CHECK(f.log_lines.count("warn  condition changed registrycredential=hub type=Ready status=False "
                            "reason=SourceNotFound message=") == 1);
    const auto lines = f.log_lines.count("condition changed");
    static_cast<void>(f.write());
    CHECK(f.log_lines.count("condition changed") == lines);

    fixture refused([](const std::string&) { return refusal(403, "Forbidden"); });
    static_cast<void>(refused.write());
    CHECK(refused.log_lines.count("condition changed") == 0);
}

TEST_CASE("an equal status is not written again") {
    fixture f(put_back);
    static_cast<void>(f.write());
    fixture g([](const std::string&) { return refusal(500, "InternalError"); });
    auto object = *f.find_credential("hub");
    g.add_credential(object);
    CHECK(g.write() == runtime::outcome::done());
    CHECK(g.requests().empty());
}

TEST_CASE("a status is written once a second at most") {
    fixture f(put_back);
    static_cast<void>(f.write());
    f.state.results().synced({.namespace_name = "team-a", .name = "regcred"}, 1, {});
    const auto second = f.write();
    CHECK(second.kind() == runtime::outcome_kind::requeue_after);
    CHECK(second.delay() > runtime::duration::zero());
    CHECK(second.delay() <= std::chrono::seconds(1));
    CHECK(f.requests().size() == 1);
}

TEST_CASE("after a conflict the object is read, and the status is written later") {
    int asked = 0;
    fixture f([&asked](const std::string&) {
        return ++asked == 1 ? refusal(409, "Conflict", "registrycredentials")
                            : wire::ok(wire::credential("hub", "950"));
    });
    CHECK(f.write() == runtime::outcome::requeue_after(std::chrono::seconds(1)));
    CHECK(f.requests() == lines{"PUT " + hub_path + "/status", "GET " + hub_path});
    CHECK(f.find_credential("hub")->meta.resource_version == "950");
}

TEST_CASE("a refused status is logged and retried") {
    fixture f([](const std::string&) { return refusal(403, "Forbidden"); });
    CHECK(f.write() == runtime::outcome::retry());
    CHECK(f.log_lines.count("failed to write status registrycredential=hub error_kind=forbidden") == 1);
}

TEST_CASE("the status of an object that is gone or being deleted is not written") {
    fixture f(put_back);
    auto terminating = build::wants("hub", "login");
    terminating.meta.deleting = true;
    f.add_credential(terminating);
    f.writes.record("hub", reconcile::write_kind::removed, {.namespace_name = "team-a", .name = "regcred"});
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.writes.collect("hub").empty());
    f.remove_credential("hub");
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.requests().empty());
}

TEST_CASE("writes are logged in one line for all namespaces, even if the status is unchanged") {
    fixture f(put_back);
    for (const auto* name : {"team-a", "team-b"})
        f.writes.record("hub", reconcile::write_kind::created, {.namespace_name = name, .name = "regcred"});
    static_cast<void>(f.write());
    CHECK(f.log_lines.count("applied changes registrycredential=hub event_reason=Created message=") == 1);
    CHECK(f.log_lines.count("Created Secret regcred in 2 namespaces: team-a, team-b") == 1);
}

namespace {

/// A source has changed, and the copy of team-a was written a quarter of a second later.
void rotate(fixture& f) {
    const auto now = std::chrono::steady_clock::now();
    f.queues.runs.begin("hub", reconcile::sync_cause::source_changed, now);
    f.writes.record("hub", reconcile::write_kind::updated, build::here);
    f.queues.runs.wrote("hub", now + std::chrono::milliseconds(250));
}

}  // namespace

TEST_CASE("while a namespace has no result nothing is told of single writes") {
    fixture f(put_back);
    rotate(f);
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.log_lines.count("applied changes") == 0);
    CHECK(f.log_lines.count("all Secrets reconciled") == 0);
    CHECK(f.queues.runs.is_running("hub"));
}

TEST_CASE("while bulk work waits the status is looked at again") {
    fixture f(put_back);
    rotate(f);
    f.state.results().synced(build::here, 1, {});
    f.queues.secrets.add(build::here, runtime::priority::bulk);
    CHECK(f.write() == runtime::outcome::requeue_after(std::chrono::seconds(1)));
    CHECK(f.log_lines.count("all Secrets reconciled") == 0);
}

TEST_CASE("one line and one Event tell of all Secrets once each has a result") {
    fixture f(put_back);
    rotate(f);
    f.state.results().synced(build::here, 1, {});
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.log_lines.count(
              "info  all Secrets reconciled registrycredential=hub cause=source_changed written=1 "
              "failed=0 duration_ms=250") == 1);
    CHECK(f.log_lines.count("applied changes") == 0);  // a debug line
    CHECK_FALSE(f.queues.runs.is_running("hub"));
    f.events.stop();
    f.stage.run(f.events.run());
    CHECK(std::ranges::count(
              f.event_writer.notes,
              "Updated Secret regcred in 1 namespace: team-a; the last one 0.25 s after a source "
              "changed; no namespace failed") == 1);
}

TEST_CASE("before work begins only a fault of a watch is written, and what else is in the status stays") {
    fixture f(put_back);
    f.works = false;
    CHECK(f.write() == runtime::outcome::done());
    CHECK(f.requests().empty());
    f.state.set_watch_fault(reconcile::watched::sources,
                            {.reason = reconcile::reasons::forbidden, .message = "no"});
    static_cast<void>(f.write());
    REQUIRE(f.requests() == lines{"PUT " + hub_path + "/status"});
    const auto status = json_body_of(f.stage.server.requests().back())["status"];
    CHECK(status["conditions"][0]["type"] == "Ready");
    CHECK(status["conditions"][0]["reason"] == "Forbidden");
}
