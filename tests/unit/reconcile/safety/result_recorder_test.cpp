// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/result_recorder.hpp"

#include "reconcile/state/reasons.hpp"
#include "support/log_capture.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::cause;

namespace {

using names = std::set<std::string>;

const runtime::object_key key{.namespace_name = "team-a", .name = "regcred"};
const runtime::object_key other{.namespace_name = "team-b", .name = "regcred"};

struct fixture : build::cluster_fixture {
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::result_recorder recorder{
        {.results = state.results(),
         .queues = queues,
         .queue = queues.secrets,
         .log = log,
         .clock = [] { return runtime::wall_time{}; },
         .out_of_sync = {.one = "Secret out of sync", .more = "more Secrets out of sync"},
         .on_new_failure = [this](const auto& failed) { new_failures.push_back(failed); }}};
    std::vector<runtime::object_key> new_failures;
    runtime::time_point now{1h};

    void fail(const runtime::object_key& which, std::string_view reason, const names& credentials = {"hub"}) {
        recorder.failed(which, {.reason = reason, .message = "why"}, credentials, {}, now);
    }
};

}  // namespace

TEST_CASE_FIXTURE(
    fixture, "a failure is logged once for each reason, and queues the statuses of its RegistryCredentials") {
    fail(key, "Denied");
    fail(key, "Denied");
    CHECK(log_lines.lines().size() == 1);
    CHECK(log_lines.count(
              "Secret out of sync registrycredential=hub namespace=team-a name=regcred reason=Denied") == 1);
    CHECK(statuses() == names{"hub"});
    fail(key, "Forbidden");
    CHECK(log_lines.lines().size() == 2);
    CHECK(state.results().find(key)->last_failure->since == "1970-01-01T00:00:00Z");
}

TEST_CASE_FIXTURE(fixture, "more failures with one reason are logged in one line, a minute after the first") {
    const auto more = "more Secrets out of sync reason=Denied count=1 since=1970-01-01T00:00:00Z";
    fail(key, "Denied");
    fail(other, "Denied");
    now += 59s;
    fail(other, "Denied");
    CHECK(log_lines.lines().size() == 1);
    now += 1s;
    SUBCASE("when a failure repeats") {
        fail(key, "Denied");
    }
    SUBCASE("when an object is synced") {
        CHECK(recorder.synced(key, 1, {}, {"hub"}, now));
    }
    CHECK(log_lines.lines().size() == 2);
    CHECK(log_lines.count(more) == 1);
}

TEST_CASE_FIXTURE(fixture, "a failure of one RegistryCredential alone is logged as one of the object is") {
    const std::vector<reconcile::result_recorder::own_failure> own{
        {.problem = {.reason = "Suspended", .message = "b waits"}, .credential = "b"}};
    recorder.failed(key, {.reason = "Denied", .message = "why"}, {"a"}, {}, now, own);
    CHECK(log_lines.count("registrycredential=a namespace=team-a name=regcred reason=Denied") == 1);
    CHECK(log_lines.count("registrycredential=b namespace=team-a name=regcred reason=Suspended") == 1);
    recorder.failed(key, {.reason = "Denied", .message = "why"}, {"a"}, {}, now, own);
    CHECK(log_lines.lines().size() == 2);
}

TEST_CASE_FIXTURE(
    fixture, "a failure calls on_new_failure once for each reason, and again after the object was synced") {
    fail(key, "Denied");
    fail(key, "Denied");
    CHECK(new_failures.size() == 1);
    fail(key, "Conflict");
    CHECK(new_failures.size() == 2);
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    fail(key, "Conflict");
    CHECK(new_failures == std::vector{key, key, key});
}

TEST_CASE_FIXTURE(fixture, "the next failure queues the statuses that show the last one") {
    fail(key, "Denied", {"old"});
    clear_queues();
    fail(key, "Forbidden", {"new"});
    CHECK(statuses() == names{"new", "old"});
    clear_queues();
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"newest"}, now));
    CHECK(statuses() == names{"new", "newest"});
}

TEST_CASE_FIXTURE(fixture, "synced returns true only the first time") {
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    CHECK(statuses() == names{"hub"});
    clear_queues();
    CHECK_FALSE(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    CHECK(statuses().empty());
    state.results().mark_stale(key);
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
}

TEST_CASE_FIXTURE(fixture,
                  "when an object recovers, failures with the same reason are requeued, once a second") {
    for (const auto reason : {reconcile::reasons::forbidden, reconcile::reasons::server_unavailable}) {
        fail(key, reason);
        fail(other, reason);
        clear_queues();
        CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
        CHECK(secrets().contains(other));
        CHECK(secrets().at(other) == runtime::priority::bulk);
        CHECK_FALSE(secrets().contains(key));

        fail(key, reason);
        clear_queues();
        CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now + 999ms));
        CHECK(secrets().empty());
        fail(key, reason);
        CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now + 1s));
        CHECK(secrets().contains(other));
    }
}

TEST_CASE_FIXTURE(fixture, "when an object recovers, failures with other reasons are not requeued") {
    fail(key, reconcile::reasons::denied);
    fail(other, reconcile::reasons::denied);
    clear_queues();
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    CHECK(secrets().empty());
    fail(key, reconcile::reasons::forbidden);
    clear_queues();
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    CHECK(secrets().empty());
}

TEST_CASE_FIXTURE(fixture, "the end of a failure queues the statuses that show it") {
    CHECK(recorder.synced(key, 1, {{.object = 2, .rules = 0}}, {"hub"}, now));
    fail(key, "Denied");
    clear_queues();
    recorder.unwanted(key);
    CHECK(statuses() == names{"hub"});
    CHECK(state.results().find(key)->last_failure == nullptr);
    CHECK(*state.results().find(key)->selections == reconcile::selection_list{{.object = 2, .rules = 0}});
    fail(key, "Denied");
    clear_queues();
    recorder.forget(key);
    CHECK(statuses() == names{"hub"});
    CHECK(state.results().find(key) == nullptr);
}
