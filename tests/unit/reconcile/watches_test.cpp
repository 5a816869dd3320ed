// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/watches.hpp"

#include "runtime/task_group.hpp"
#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

/// A streaming list of the RegistryCredential "hub".
std::string streamed_list() {
    return wire::streamed_list("regcred.dev/v1alpha1", "RegistryCredential", {wire::credential("hub", "10")});
}

std::string listed_nothing(const char* kind) {
    return wire::streamed_list("v1", kind, {});
}

struct fixture {
    explicit fixture(std::function<std::string(const std::string& request)> answer)
        : stage(std::move(answer)) {}
    bool run_until(auto condition) { return harness::comes_true(stage.io, condition); }
    void stop() {
        watches.stop();
        boost::asio::post(stage.io, [this] { tasks.cancel(); });
        static_cast<void>(stage.run(tasks.join(5s)));
    }

    api_fixture stage;
    build::cluster_fixture cluster;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::task_group tasks{stage.io.get_executor()};
    int changes = 0;
    std::vector<std::string> listed;
    reconcile::watches watches{stage.io.get_executor(),
                               *stage.client,
                               cluster.state,
                               log,
                               [] { return 0.0; },
                               {.on_change = [this] { ++changes; },
                                .on_copies_listed = [this](const auto& name) { listed.push_back(name); },
                                .on_rewind = [] {}}};
};

}  // namespace

TEST_CASE("a watch without the CRD names it and the command, and recovers when the CRD is there") {
    const auto installed = std::make_shared<std::atomic<bool>>(false);
    fixture f([installed](const std::string& request) {
        if (request.find("/registrycredentials") == std::string::npos)
            return wire::refusal(500, "InternalError");
        return *installed ? streamed_list() : harness::http_answer(404, "404 page not found\n");
    });
    const auto& credentials = *f.watches.all().front().reader;
    f.watches.start(f.tasks);
    REQUIRE(f.run_until([&] { return !credentials.health().last_error.empty(); }));
    const auto& error = credentials.health().last_error;
    CHECK(error.find("CustomResourceDefinition registrycredentials.regcred.dev") != std::string::npos);
    CHECK(error.find("kubectl apply -f crds/") != std::string::npos);
    CHECK(error.find("404") == std::string::npos);
    CHECK(f.log_lines.count("CustomResourceDefinition registrycredentials.regcred.dev") == 1);
    CHECK_FALSE(credentials.health().synced);
    CHECK_FALSE(f.cluster.state.credentials().synced());

    *installed = true;
    CHECK(f.run_until([&] { return f.cluster.state.credentials().synced(); }));
    CHECK(f.cluster.find_credential("hub") != nullptr);
    CHECK_FALSE(credentials.health().failing_since);
    f.stop();
}

TEST_CASE(
    "a watch of Secrets that RBAC does not allow holds back no other, and calls on_copies_listed after its "
    "first list") {
    const auto allowed = std::make_shared<std::atomic<bool>>(false);
    fixture f([allowed](const std::string& request) {
        if (request.find("/registrycredentials") != std::string::npos) return streamed_list();
        if (request.find("/namespaces?") != std::string::npos) return listed_nothing("PartialObjectMetadata");
        if (request.find("metadata.name%3Dother") != std::string::npos && !*allowed)
            return wire::refusal(403, "Forbidden");
        return listed_nothing("Secret");
    });
    f.watches.start(f.tasks);
    REQUIRE(f.run_until([&] { return f.listed.size() == 1 && f.watches.failing() == 1 && f.changes >= 5; }));
    CHECK(f.listed == std::vector<std::string>{"regcred"});
    CHECK(f.watches.all().back().reader->health().last_kind == kube::error_kind::forbidden);
    CHECK(f.watches.explain().find("secrets named other: not synced yet; ") != std::string::npos);
    CHECK(f.watches.explain().find("namespaces") == std::string::npos);
    std::vector<reconcile::watch_report> reports;
    f.watches.add_reports(reports);
    std::vector<std::string> names;
    for (const auto& each : reports)
        names.push_back(each.watch);
    CHECK(
        names ==
        std::vector<std::string>{
            "registrycredentials", "namespaces", "sources", "secrets named regcred", "secrets named other"});
    CHECK(reports.front().health.synced);

    *allowed = true;
    CHECK(f.run_until([&] { return f.listed.size() == 2; }));
    CHECK(f.watches.failing() == 0);
    f.stop();
}
