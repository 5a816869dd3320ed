// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/controller.hpp"

#include "support/log_capture.hpp"
#include "support/run.hpp"
#include "unit/reconcile/api_objects.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

const std::string create_line = "PATCH /api/v1/namespaces/team-a/secrets/regcred";
const std::string login_document =
    "eyJhdXRocyI6eyJxdWF5LmlvIjp7InVzZXJuYW1lIjoidSIsInBhc3N3b3JkIjoiQ0FOQVJZIn19fQ==";

kube::json source() {
    auto object = wire::secret("regcred-system", "10");
    object["metadata"]["name"] = "login";
    object["data"][".dockerconfigjson"] = login_document;
    return object;
}

kube::json team_a() {
    return {{"apiVersion", "meta.k8s.io/v1"},
            {"kind", "PartialObjectMetadata"},
            {"metadata", wire::metadata("team-a", "11")}};
}

/// An API server with RegistryCredential hub, its source and namespace team-a. `served`: whether it serves
/// the CRD. Everything else it refuses.
api_fixture::respond cluster(bool served) {
    return [served](const std::string& request) {
        const auto line = request.substr(0, request.find('\r'));
        const auto is = [&line](const std::string& part) { return line.find(part) != std::string::npos; };
        if (is("dryRun=All")) return wire::refusal(500, "InternalError");
        if (is("PATCH /api/v1/namespaces/team-a/secrets/regcred")) {
            auto made = wire::json_body_of(request);
            made["metadata"]["uid"] = "uid-regcred";
            made["metadata"]["resourceVersion"] = "30";
            return wire::created(made);
        }
        if (is("GET /apis/regcred.dev/v1alpha1/registrycredentials?")) {
            if (!served) return harness::http_answer(404, "404 page not found\n");
            return wire::streamed_list(
                "regcred.dev/v1alpha1", "RegistryCredential", {wire::credential("hub", "12")});
        }
        if (is("GET /api/v1/namespaces?"))
            return wire::streamed_list("meta.k8s.io/v1", "PartialObjectMetadata", {team_a()});
        if (is("GET /api/v1/namespaces/regcred-system/secrets?"))
            return wire::streamed_list("v1", "Secret", {source()});
        if (is("GET /api/v1/secrets?")) return wire::streamed_list("v1", "Secret", {});
        return wire::refusal(403, "Forbidden");
    };
}

/// The same, but the API server goes away: each watch ends after its first list, and can never be opened
/// again.
api_fixture::respond vanishing_cluster() {
    struct watched {
        std::mutex mutex;
        std::set<std::string> paths;
    };
    return [answer = cluster(true), seen = std::make_shared<watched>()](const std::string& request) {
        const auto path = request.substr(0, request.find('?'));
        const std::scoped_lock lock(seen->mutex);
        return seen->paths.insert(path).second ? answer(request) + std::string(harness::last_chunk)
                                               : wire::refusal(500, "InternalError");
    };
}

struct fixture {
    explicit fixture(api_fixture::respond respond = cluster(true)) : stage(std::move(respond)) {}

    bool run_until(auto condition) { return harness::comes_true(stage.io, condition); }
    [[nodiscard]] bool ready(std::chrono::seconds from_now = 0s) const {
        return controller.ready(std::chrono::steady_clock::now() + from_now);
    }
    [[nodiscard]] bool has_created() const {
        return std::ranges::any_of(stage.server.requests(), [](const std::string& request) {
            return request.starts_with(create_line + "?") &&
                   request.substr(0, request.find('\r')).find("dryRun") == std::string::npos;
        });
    }

    api_fixture stage;
    support::log_capture log_lines;
    runtime::logger log{
        log_lines, runtime::log_level::info, runtime::log_format::text, [] { return runtime::wall_time{}; }};
    runtime::metrics_registry metrics;
    reconcile::controller controller{
        stage.io.get_executor(),
        *stage.client,
        log,
        metrics,
        {.scope = {.own_namespace = "regcred-system", .secret_names = {"regcred"}},
         .service_accounts = {"default"},
         .require_admission_policy = false,
         .approve_deletions = false,
         .instance = "test",
         .secret_workers = 2,
         .random = [] { return 0.0; },
         .clock = [] { return runtime::wall_time{}; },
         .on_rewind = [] {}}};
};

}  // namespace

TEST_CASE("the controller writes missing Secrets once each watch has had a complete list") {
    fixture f;
    CHECK_FALSE(f.ready());
    f.controller.start();
    f.controller.lead();
    CHECK(f.run_until([&] { return f.has_created(); }));
    CHECK(f.ready());
    CHECK(f.controller.explain().empty());
    CHECK(f.log_lines.count("all caches synced; reconciling namespaces=1 registrycredentials=1") == 1);
    CHECK(f.run_until([&] {
        return f.metrics.text().find(R"(regcred_secret_writes_total{action="create",result="ok"} 1)") !=
               std::string::npos;
    }));
    CHECK(f.stage.run(f.controller.stop(10s)));
}

TEST_CASE("a controller that does not lead is ready and writes nothing, until it leads") {
    fixture f;
    f.controller.start();
    CHECK(f.run_until([&] { return f.ready(); }));
    CHECK(f.log_lines.count("all caches synced; reconciling namespaces=1 registrycredentials=1") == 0);
    CHECK_FALSE(f.has_created());
    f.controller.lead();
    CHECK(f.log_lines.count("all caches synced; reconciling namespaces=1 registrycredentials=1") == 1);
    CHECK(f.run_until([&] { return f.has_created(); }));
    CHECK(f.stage.run(f.controller.stop(10s)));
}

TEST_CASE("while one watch has had no list the controller is not ready, names the watch and writes nothing") {
    fixture f(cluster(false));
    f.controller.start();
    f.controller.lead();
    CHECK(f.run_until([&] {
        const auto text = f.controller.explain();
        return text.starts_with("registrycredentials: not synced yet; ") &&
               text.find("kubectl apply -f crds/") != std::string::npos &&
               text.find("namespaces:") == std::string::npos;
    }));
    CHECK_FALSE(f.ready());
    CHECK_FALSE(f.has_created());
    CHECK(f.stage.run(f.controller.stop(10s)));
}

TEST_CASE("the controller is not ready once every watch has failed for half a minute") {
    fixture f(vanishing_cluster());
    f.controller.start();
    CHECK(f.run_until([&] {
        const auto text = f.controller.explain();
        return std::ranges::count(text, '\n') == 4 && text.find("not synced yet") == std::string::npos;
    }));
    CHECK(f.ready(20s));
    CHECK_FALSE(f.ready(30s));
    CHECK(f.stage.run(f.controller.stop(10s)));
}

TEST_CASE("before it starts the controller waits for every watch") {
    fixture f;
    CHECK(f.controller.explain() ==
          "registrycredentials: not synced yet; waiting\n"
          "namespaces: not synced yet; waiting\n"
          "secrets in regcred-system: not synced yet; waiting\n"
          "secrets named regcred: not synced yet; waiting\n");
    CHECK(f.stage.run(f.controller.stop(10s)));
}
