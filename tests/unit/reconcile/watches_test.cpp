// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/watches.hpp"

#include "runtime/task_group.hpp"
#include "support/log_capture.hpp"
#include "unit/reconcile/api_objects.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <boost/asio/post.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;

/// A streaming list of the RegistryCredential "hub".
std::string streamed_list() {
    return wire::streamed_list("regcred.dev/v1alpha1", "RegistryCredential", {wire::credential("hub", "10")});
}

}  // namespace

TEST_CASE("a watch without the CRD names it and the command, and recovers when the CRD is there") {
    const auto installed = std::make_shared<std::atomic<bool>>(false);
    api_fixture stage([installed](const std::string& request) {
        if (request.find("/registrycredentials") == std::string::npos)
            return wire::refusal(500, "InternalError");
        return *installed ? streamed_list() : harness::http_answer(404, "404 page not found\n");
    });
    build::cluster_fixture cluster;
    support::log_capture log_lines;
    const runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::task_group tasks{stage.io.get_executor()};
    reconcile::watches watches{
        stage.io.get_executor(), *stage.client, cluster.state, log, [] { return 0.0; }, [] {}};
    const auto& credentials = *watches.all().front().reader;
    const auto run_until = [&](auto condition) {
        const auto deadline = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < deadline) {
            stage.io.restart();
            stage.io.run_for(10ms);
        }
        return condition();
    };

    watches.start(tasks);
    REQUIRE(run_until([&] { return !credentials.health().last_error.empty(); }));
    const auto& error = credentials.health().last_error;
    CHECK(error.find("CustomResourceDefinition registrycredentials.regcred.dev") != std::string::npos);
    CHECK(error.find("kubectl apply -f crds/") != std::string::npos);
    CHECK(error.find("404") == std::string::npos);
    CHECK(log_lines.count("CustomResourceDefinition registrycredentials.regcred.dev") == 1);
    CHECK_FALSE(credentials.health().synced);
    CHECK_FALSE(cluster.state.credentials().synced());

    *installed = true;
    CHECK(run_until([&] { return cluster.state.credentials().synced(); }));
    CHECK(cluster.find_credential("hub") != nullptr);
    CHECK_FALSE(credentials.health().failing_since);

    watches.stop();
    boost::asio::post(stage.io, [&tasks] { tasks.cancel(); });
    static_cast<void>(stage.run(tasks.join(5s)));
}
