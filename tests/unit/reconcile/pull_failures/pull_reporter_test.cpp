// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_reporter.hpp"

#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using reconcile::event_watch_state;

namespace reasons = reconcile::reasons;

namespace {

struct fixture {
    build::cluster_fixture cluster;
    reconcile::cluster_state& state = cluster.state;
    reconcile::pull_failures failures{[] { return 0.0; }, [](const runtime::object_key&) { return true; }};
    reconcile::pull_reporter reporter{state, failures};
    runtime::time_point now{1h};

    v1alpha1::registry_credential credential(const char* name,
                                             std::vector<std::string> include,
                                             const char* secret_name = "regcred") {
        auto object = build::credential(name);
        object.namespaces.include = std::move(include);
        object.secret_name = secret_name;
        state.credentials().upsert(object);
        return object;
    }
    void copy(const std::string& ns, const std::string& secret_name = "regcred") {
        reconcile::observed_secret made;
        made.meta = build::meta(secret_name, ns);
        made.meta.uid = "uid-" + ns + secret_name;
        state.copies(secret_name).upsert(std::move(made));
    }
    void fails(const std::string& ns, const std::string& pod, const std::string& secret = "regcred") {
        failures.record_event({.namespace_name = ns, .pod = pod, .uid = "u", .secrets = {secret}}, now, {});
        failures.record_pod({.namespace_name = ns, .name = pod},
                            reconcile::pod_view{.uid = "u",
                                                .deleting = false,
                                                .pull_secrets = {secret},
                                                .progress = reconcile::pod_progress::waits},
                            now,
                            {});
    }
    /// "reason namespace/pod" of each, in the order of the report.
    [[nodiscard]] std::string reported(const v1alpha1::registry_credential& object) const {
        std::string text;
        for (const auto& pod : reporter.report(object, event_watch_state::open).pods)
            text +=
                fmt::format("{}{} {}/{}", text.empty() ? "" : "; ", pod.reason, pod.namespace_name, pod.name);
        return text;
    }
};

}  // namespace

TEST_CASE("only the RegistryCredential that selects the namespace reports its Pods") {
    fixture f;
    const auto mine = f.credential("mine", {"team-*"});
    const auto another = f.credential("another", {"payments"});
    const auto other_name = f.credential("other-name", {"*"}, "other");
    f.state.namespaces().upsert(build::live_namespace("team-a"));
    f.fails("team-a", "web");
    CHECK(f.reported(mine) == "SecretMissing team-a/web");
    CHECK(f.reported(another).empty());
    CHECK(f.reported(other_name).empty());
    f.copy("team-a");
    CHECK(f.reported(mine) == "Recovering team-a/web");
    CHECK(f.reported(another).empty());
}

TEST_CASE("where none selects the namespace, each RegistryCredential with the Secret name reports the Pod") {
    fixture f;
    const auto mine = f.credential("mine", {"team-*"});
    auto excluding = build::credential("excluding");
    excluding.namespaces.include = {"*"};
    excluding.namespaces.exclude = {"lab"};
    f.state.credentials().upsert(excluding);
    f.state.namespaces().upsert(build::live_namespace("lab"));
    f.fails("lab", "web");
    CHECK(f.reported(mine) == "NamespaceNotSelected lab/web");
    CHECK(f.reported(excluding) == "NamespaceNotSelected lab/web");
    const auto reported = [&](const auto& object) {
        return f.reporter.report(object, event_watch_state::open).message;
    };
    CHECK(reported(mine).find("spec.namespaces.include") != std::string::npos);
    CHECK(reported(excluding).find("spec.namespaces.exclude") != std::string::npos);
    // A team that brings its own Secret is not reported.
    f.copy("lab");
    CHECK(f.reported(mine).empty());
}

TEST_CASE("failing Pods are sorted by reason, namespace and name") {
    fixture f;
    const auto mine = f.credential("mine", {"team-*"});
    for (const auto* ns : {"team-a", "team-b", "lab"})
        f.state.namespaces().upsert(build::live_namespace(ns));
    f.copy("team-a");
    f.fails("team-a", "web");
    f.fails("lab", "web");
    f.fails("team-b", "web");
    f.fails("team-b", "api");
    CHECK(f.reported(mine) ==
          "SecretMissing team-b/api; SecretMissing team-b/web; NamespaceNotSelected lab/web; Recovering "
          "team-a/web");
    CHECK(f.reporter.report(mine, event_watch_state::open).message.find("team-b") != std::string::npos);
}

TEST_CASE("the report of a missing Secret has the reason why it cannot be written") {
    fixture f;
    const auto mine = f.credential("mine", {"team-*"});
    f.state.namespaces().upsert(build::live_namespace("team-a"));
    f.fails("team-a", "web");
    f.state.results().failed({"team-a", "regcred"},
                             {.reason = "QuotaExceeded", .message = "", .since = "", .credentials = {}},
                             {});
    CHECK(f.reporter.report(mine, event_watch_state::open).message.find("QuotaExceeded") !=
          std::string::npos);
}

TEST_CASE("a Pod of an unknown namespace is not reported") {
    fixture f;
    const auto mine = f.credential("mine", {"team-*"});
    f.fails("team-a", "web");
    CHECK(f.reported(mine).empty());
}

TEST_CASE("in_use is true only for allowed Secret names that a RegistryCredential uses") {
    fixture f;
    const auto elsewhere = f.credential("elsewhere", {"*"}, "not-allowed");
    CHECK_FALSE(f.reporter.in_use("not-allowed"));
    CHECK_FALSE(f.reporter.in_use("regcred"));
    CHECK(f.reporter.report(elsewhere, event_watch_state::open).events ==
          event_watch_state::name_not_managed);
    f.credential("mine", {"*"});
    CHECK(f.reporter.in_use("regcred"));
    CHECK_FALSE(f.reporter.in_use("other"));
}

TEST_CASE("is_missing is true for a Secret that is wanted and absent") {
    fixture f;
    f.credential("mine", {"team-*"});
    for (const auto* ns : {"team-a", "lab"})
        f.state.namespaces().upsert(build::live_namespace(ns));
    CHECK(f.reporter.is_missing({"team-a", "regcred"}));
    CHECK_FALSE(f.reporter.is_missing({"lab", "regcred"}));
    CHECK_FALSE(f.reporter.is_missing({"nowhere", "regcred"}));
    f.copy("team-a");
    CHECK_FALSE(f.reporter.is_missing({"team-a", "regcred"}));
}

TEST_CASE("a report says that there are more Pods if one of its namespaces has more than are tracked") {
    fixture f;
    const auto object = f.credential("hub", {"*"});
    f.state.namespaces().upsert(build::live_namespace("team-a"));
    f.state.namespaces().upsert(build::live_namespace("team-b"));
    f.fails("team-b", "web");
    for (std::size_t i = 0; i < reconcile::pull_failures::max_pods_per_namespace; ++i)
        f.fails("team-a", fmt::format("web-{}", i));
    CHECK_FALSE(f.reporter.report(object, event_watch_state::open).more);
    f.fails("team-a", "one-more");
    CHECK(f.reporter.report(object, event_watch_state::open).more);
}

TEST_CASE("no Secret is reported missing before the Secrets of its name have been listed") {
    build::cluster_fixture unlisted({"regcred"}, false);
    const reconcile::pull_failures failures{[] { return 0.0; },
                                            [](const runtime::object_key&) { return true; }};
    const reconcile::pull_reporter reporter{unlisted.state, failures};
    CHECK(reporter.report(build::credential("hub"), event_watch_state::open).events ==
          event_watch_state::copies_not_read);
}
