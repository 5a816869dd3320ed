// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_watcher.hpp"

#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;

constexpr auto long_ago = "1969-12-31T22:00:00Z";  // the clock of these tests shows 1970-01-01

kube::json kubelet_event() {
    return {
        {"type", "ADDED"},
        {"object",
         {{"apiVersion", "v1"},
          {"kind", "Event"},
          {"metadata", wire::metadata("web-1.1", "9", "team-a")},
          {"involvedObject", {{"kind", "Pod"}, {"namespace", "team-a"}, {"name", "web-1"}, {"uid", "0a1b"}}},
          {"reason", "FailedToRetrieveImagePullSecret"},
          {"message",
           "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not "
           "succeed."}}}};
}

std::string event_line() {
    return kubelet_event().dump() + "\n";
}

std::string waiting_pod() {
    auto metadata = wire::metadata("web-1", "7", "team-a");
    metadata["uid"] = "0a1b";
    const kube::json waiting{{"waiting", {{"reason", "ImagePullBackOff"}}}};
    return wire::ok({{"apiVersion", "v1"},
                     {"kind", "Pod"},
                     {"metadata", metadata},
                     {"spec",
                      {{"imagePullSecrets", kube::json::array({{{"name", "regcred"}}})},
                       {"containers", kube::json::array({{{"name", "web"}}})}}},
                     {"status", {{"containerStatuses", kube::json::array({{{"state", waiting}}})}}}});
}

std::string list_of_events() {
    return wire::ok({{"apiVersion", "meta.k8s.io/v1"},
                     {"kind", "PartialObjectMetadataList"},
                     {"metadata", {{"resourceVersion", "5"}}},
                     {"items", kube::json::array()}});
}

/// An API server whose first watch of Events gives `first` and ends; later ones give an Event and stay open.
api_fixture::respond events_and(std::string pod_response, std::string first = event_line()) {
    auto watches = std::make_shared<std::atomic<int>>(0);
    return [pod_response = std::move(pod_response), first = std::move(first), watches](
               const std::string& request) {
        if (request.find("/pods/web-1") != std::string::npos) return pod_response;
        if (request.find("watch=1") == std::string::npos) return list_of_events();
        const bool is_first = watches->fetch_add(1) == 0;
        std::string response(harness::chunked_head);
        if (!is_first || !first.empty()) response += harness::http_chunk(is_first ? first : event_line());
        if (is_first) response += harness::last_chunk;
        return response;
    };
}

/// An API server without Events.
api_fixture::respond no_events_and(std::string pod_response) {
    return [pod_response = std::move(pod_response)](const std::string& request) {
        return request.find("/pods/web-1") != std::string::npos ? pod_response
                                                                : wire::refusal(403, "Forbidden");
    };
}

struct fixture : build::cluster_fixture {
    explicit fixture(api_fixture::respond answers) : stage(std::move(answers)) {
        add_source("login", "quay.io", "CANARY-1");
        add_namespace("team-a");
        add_credential(build::wants("hub", "login"));
        clear_queues();
    }
    ~fixture() {
        watcher.stop();
        boost::asio::post(stage.io, [this] { tasks.cancel(); });
        static_cast<void>(stage.run(tasks.join(5s)));
    }
    fixture(const fixture&) = delete;
    fixture& operator=(const fixture&) = delete;

    /// Whether it became true in time.
    bool run_until(auto condition) { return harness::comes_true(stage.io, condition); }
    void run_for(std::chrono::milliseconds time) {
        run_until([start = std::chrono::steady_clock::now(), time] {
            return std::chrono::steady_clock::now() - start > time;
        });
    }
    void restore_failing_pod(const char* last_seen = "1970-01-01T00:00:00Z") {
        auto object = build::wants("hub", "login");
        object.status.affected_pods = {{.namespace_name = "team-a",
                                        .pod = "web-1",
                                        .secret = "regcred",
                                        .reason = "SecretMissing",
                                        .last_seen = last_seen}};
        add_credential(object);
        clear_queues();
    }
    [[nodiscard]] bool has_read_pod() const {
        for (const auto& line : wire::request_lines(stage)) {
            if (line == "GET /api/v1/namespaces/team-a/pods/web-1") return true;
        }
        return false;
    }

    api_fixture stage;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    reconcile::pull_watcher watcher{stage.io.get_executor(),
                                    {.client = *stage.client,
                                     .state = state,
                                     .queues = queues,
                                     .log = log,
                                     .clock = [] { return runtime::wall_time{}; },
                                     .random = [] { return 0.0; }}};
    runtime::task_group tasks{stage.io.get_executor()};
};

}  // namespace

TEST_CASE("an Event leads to a read of its Pod, and queues the missing Secret and the status") {
    fixture f(events_and(waiting_pod()));
    f.watcher.start(f.tasks);
    CHECK(f.watcher.failing() == 0);
    REQUIRE(f.run_until([&] { return f.watcher.failing() == 1; }));
    CHECK(f.watcher.watches_events());
    CHECK(f.secrets() ==
          std::map<runtime::object_key, runtime::priority>{{build::here, runtime::priority::urgent}});
    CHECK(f.statuses().contains("hub"));
    const auto report = f.watcher.report(*f.find_credential("hub"));
    REQUIRE(report.pods.size() == 1);
    CHECK(report.pods[0].name == "web-1");
    CHECK(report.pods[0].reason == "SecretMissing");
}

TEST_CASE("a repeated Event neither queues nor logs the missing Secret again within half a minute") {
    fixture f(events_and(waiting_pod()));
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.watcher.failing() == 1; }));
    REQUIRE(f.watcher.events() == 1);
    f.clear_queues();
    REQUIRE(f.run_until([&] { return f.watcher.events() == 2; }));
    CHECK(f.secrets().empty());
    CHECK(f.statuses().empty());
    CHECK(f.log_lines.count("Pod is missing its pull Secret namespace=team-a name=regcred") == 1);
}

TEST_CASE("an Event queues the status even if its Pod cannot be read") {
    fixture f(events_and(wire::refusal(500, "InternalError"), {}));
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.watcher.watches_events(); }));
    f.clear_queues();
    REQUIRE(f.run_until([&] { return f.watcher.events() == 1; }));
    CHECK(f.statuses().contains("hub"));
    CHECK(f.watcher.failing() == 0);
}

TEST_CASE("a refusal to read Pods is logged once, with what the controller does instead") {
    fixture f(events_and(wire::refusal(403, "Forbidden")));
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.watcher.failing() == 1; }));
    CHECK(f.log_lines.count("cannot read Pods; trusting Events of failed pulls reason=Forbidden message=") ==
          1);
    CHECK(f.log_lines.count("apply deploy/rbac.yaml again") == 1);
}

TEST_CASE("an Event about a Secret that exists queues the status and not the Secret") {
    fixture f(events_and(waiting_pod()));
    f.apply_plan(build::here);
    f.clear_queues();
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.watcher.failing() == 1; }));
    CHECK(f.secrets().empty());
    CHECK(f.statuses().contains("hub"));
    CHECK(f.watcher.report(*f.find_credential("hub")).pods.at(0).reason == "Recovering");
}

TEST_CASE("a failing Pod of an earlier process is restored from the status, and its end is noticed") {
    fixture f(no_events_and(wire::refusal(404, "NotFound", "pods")));
    f.restore_failing_pod();
    f.watcher.start(f.tasks);
    CHECK(f.watcher.failing() == 1);
    CHECK(f.run_until([&] { return f.watcher.failing() == 0; }));
    CHECK(f.statuses().contains("hub"));
}

TEST_CASE("a restored Pod that still waits counts while its Secret is missing, however old its Event is") {
    fixture f(no_events_and(waiting_pod()));
    f.restore_failing_pod(long_ago);
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.has_read_pod(); }));
    f.run_for(200ms);
    CHECK(f.watcher.failing() == 1);
}

TEST_CASE("a restored Pod that still waits does not count if its Secret exists for long") {
    fixture f(no_events_and(waiting_pod()));
    f.apply_plan(build::here);
    f.restore_failing_pod(long_ago);
    f.watcher.start(f.tasks);
    CHECK(f.watcher.failing() == 1);
    CHECK(f.run_until([&] { return f.watcher.failing() == 0; }));
}

TEST_CASE("a 404 that is not about the Pod does not end its failure") {
    fixture f(no_events_and(wire::refusal(404, "NotFound")));
    f.restore_failing_pod();
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.has_read_pod(); }));
    f.run_for(200ms);
    CHECK(f.watcher.failing() == 1);
}

TEST_CASE("a change of whether Events are watched queues every status") {
    fixture f(events_and(waiting_pod()));
    f.add_credential(build::wants("another", "login", {"team-b"}));
    f.clear_queues();
    f.watcher.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.watcher.watches_events(); }));
    CHECK(f.statuses().contains("another"));
}
