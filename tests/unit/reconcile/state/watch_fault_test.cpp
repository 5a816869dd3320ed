// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/watch_fault.hpp"

#include "reconcile/state/reasons.hpp"
#include "unit/reconcile/cluster_fixture.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using build::wants;

namespace reasons = reconcile::reasons;

const runtime::time_point start{1h};

runtime::watch_health failing(kube::error_kind kind, bool synced) {
    return {.synced = synced,
            .failing_since = start,
            .last_error = "no",
            .last_kind = kind,
            .same_kind_since = start};
}

reconcile::cause fault_after(runtime::duration passed, kube::error_kind kind, bool synced = false) {
    return reconcile::copy_watch_fault("regcred", failing(kind, synced), start + passed);
}

/// No store has been listed.
struct unlisted {
    boost::asio::io_context io;
    reconcile::work_queues queues{io.get_executor(), [] { return 0.0; }};
    reconcile::cluster_state state{{.own_namespace = "regcred-system", .secret_names = {"regcred", "other"}},
                                   queues};

    template <class Store>
    static void list(Store& store) {
        store.begin_replace();
        store.end_replace("10");
    }
    void list_all_but_copies() {
        list(state.credentials());
        list(state.namespaces());
        list(state.sources());
    }
};

}  // namespace

TEST_CASE("a watch of Secrets that works, or may soon, has no fault") {
    using kind = kube::error_kind;
    CHECK(reconcile::copy_watch_fault("regcred", {}, start).reason.empty());
    CHECK(fault_after(9s, kind::server).reason.empty());
    CHECK(fault_after(1h, kind::server, true).reason.empty());  // the last view is used
}

TEST_CASE("a watch of Secrets that RBAC denies has a fault that names the rule and the flag") {
    CHECK(fault_after(9s, kube::error_kind::forbidden, true).reason.empty());
    const auto fault = fault_after(10s, kube::error_kind::forbidden);
    CHECK(fault.reason == reasons::forbidden);
    CHECK(
        fault.message ==
        "RBAC does not allow the controller to list and watch Secrets named regcred, so it writes none; add "
        "regcred to resourceNames in the ClusterRole regcred-controller and to the admission policies "
        "(\"Other Secret names\" in deploy/README.md), or remove it "
        "from --secret-names");
    const auto later = fault_after(10s, kube::error_kind::forbidden, true);
    CHECK(later.reason == reasons::forbidden);
    CHECK(later.message.find("it does not see their changes") != std::string::npos);
}

TEST_CASE("a watch of Secrets that an API server refuses when it has just started has no fault") {
    auto health = failing(kube::error_kind::forbidden, true);
    health.same_kind_since = start + 1min;  // it did not answer before
    CHECK(reconcile::copy_watch_fault("regcred", health, start + 61s).reason.empty());
    CHECK(reconcile::copy_watch_fault("regcred", health, start + 70s).reason == reasons::forbidden);
}

TEST_CASE("a watch of Secrets whose first list fails for long has a fault that gives the error") {
    const auto fault = fault_after(10s, kube::error_kind::malformed);
    CHECK(fault.reason == reasons::server_unavailable);
    CHECK(fault.message == "the controller cannot list Secrets named regcred, so it writes none: no");
}

TEST_CASE("work begins when each name's Secrets have been listed or cannot be read") {
    unlisted f;
    unlisted::list(f.state.copies("regcred"));
    f.state.set_watch_fault("other", {.reason = reasons::forbidden, .message = "no"});
    CHECK_FALSE(f.state.can_begin());
    f.list_all_but_copies();
    CHECK(f.state.can_begin());
    CHECK(f.state.synced("regcred"));
    CHECK_FALSE(f.state.synced("other"));
    CHECK_FALSE(f.state.synced("third"));

    f.state.set_watch_fault("other", {});
    CHECK_FALSE(f.state.can_begin());
    unlisted::list(f.state.copies("other"));
    CHECK(f.state.can_begin());
}

TEST_CASE("with no name whose Secrets can be read, work begins all the same, to report it") {
    unlisted f;
    f.list_all_but_copies();
    for (const char* name : {"regcred", "other"})
        f.state.set_watch_fault(name, {.reason = reasons::forbidden, .message = "no"});
    CHECK(f.state.can_begin());
    CHECK_FALSE(f.state.any_copies_synced());
}

TEST_CASE("a name's first list queues its selected Secrets and statuses, also where there is none") {
    build::cluster_fixture f;
    f.add_source("login", "quay.io", "CANARY-1");
    auto hub = wants("hub", "login");
    hub.secret_name = "other";
    f.add_credential(hub);
    f.add_credential(wants("quay", "login"));
    f.add_namespace("team-a");
    f.clear_queues();

    f.state.copies_listed("other");
    CHECK(f.secrets().size() == 1);
    CHECK(f.secrets().contains({.namespace_name = "team-a", .name = "other"}));
    CHECK(f.statuses() == std::set<std::string>{"hub"});
}

TEST_CASE("a fault of a name's watch queues the statuses that show it, once") {
    build::cluster_fixture f;
    f.add_credential(wants("hub", "login"));
    f.clear_queues();
    const reconcile::cause fault{.reason = reasons::forbidden, .message = "no"};
    f.state.set_watch_fault("other", fault);
    CHECK(f.statuses().empty());
    f.state.set_watch_fault("regcred", fault);
    CHECK(f.statuses() == std::set<std::string>{"hub"});
    f.clear_queues();
    f.state.set_watch_fault("regcred", fault);
    CHECK(f.statuses().empty());
    f.state.set_watch_fault("regcred", {});
    CHECK(f.statuses() == std::set<std::string>{"hub"});
}

TEST_CASE("a watch of something else that RBAC denies has a fault that names the right and the role") {
    using reconcile::watched;
    const auto fault = [](watched what, kube::error_kind kind, bool synced, runtime::duration passed) {
        return reconcile::watch_fault(what, "regcred-system", failing(kind, synced), start + passed);
    };
    CHECK(fault(watched::sources, kube::error_kind::forbidden, true, 9s).reason.empty());
    CHECK(fault(watched::sources, kube::error_kind::server, true, 1h).reason.empty());
    const auto sources = fault(watched::sources, kube::error_kind::forbidden, true, 10s);
    CHECK(sources.reason == reasons::forbidden);
    CHECK(
        sources.message ==
        "RBAC does not allow the controller to list and watch Secrets in namespace regcred-system, so it "
        "does "
        "not see changes of the sources; the Role regcred-controller in that namespace must allow it: apply "
        "deploy/rbac.yaml");
    CHECK(fault(watched::namespaces, kube::error_kind::forbidden, false, 10s).message ==
          "RBAC does not allow the controller to list and watch namespaces, so it writes no Secrets; the "
          "ClusterRole regcred-controller must allow it: apply deploy/rbac.yaml");
    CHECK(
        fault(watched::credentials, kube::error_kind::forbidden, true, 10s)
            .message.starts_with(
                "RBAC does not allow the controller to list and watch registrycredentials.regcred.dev, so it "
                "does not see changes of RegistryCredentials; "));
    const auto unavailable = fault(watched::namespaces, kube::error_kind::server, false, 10s);
    CHECK(unavailable.reason == reasons::server_unavailable);
    CHECK(unavailable.message == "the controller cannot list namespaces, so it writes no Secrets: no");
}

TEST_CASE("a fault of a watch that all depend on queues every status, once, and must be reported") {
    build::cluster_fixture f;
    f.add_credential(wants("hub", "login"));
    f.add_credential(wants("quay", "login"));
    f.clear_queues();
    const reconcile::cause fault{.reason = reasons::forbidden, .message = "no"};
    f.state.set_watch_fault(reconcile::watched::namespaces, fault);
    CHECK(f.statuses() == std::set<std::string>{"hub", "quay"});
    CHECK(f.state.watch_fault(reconcile::watched::namespaces).message == "no");
    CHECK(f.state.watch_fault(reconcile::watched::sources).reason.empty());
    f.clear_queues();
    f.state.set_watch_fault(reconcile::watched::namespaces, fault);
    CHECK(f.statuses().empty());
    CHECK_FALSE(f.state.must_report_fault());  // there may be others
    build::cluster_fixture::list_nothing(f.state.credentials());
    CHECK(f.state.must_report_fault());
    f.state.set_watch_fault(reconcile::watched::namespaces, {});
    CHECK_FALSE(f.state.must_report_fault());
}
