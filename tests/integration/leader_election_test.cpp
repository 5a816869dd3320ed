// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <string>
#include <vector>

using namespace harness;

// Several controllers at once, of which the holder of the Lease writes.

namespace {

const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/regcred-system/leases";
const std::string lease_path = leases + "/regcred-controller";

const std::string role_path =
    "/apis/rbac.authorization.k8s.io/v1/namespaces/regcred-system/roles/regcred-controller";

/// Shorter than the defaults: a killed leader is waited for.
const std::vector<std::string> elects{"--leader-elect=true",
                                      "--leader-elect-lease-duration=6s",
                                      "--leader-elect-renew-deadline=4s",
                                      "--leader-elect-retry-period=1s"};

std::string role_of(const controller_process& process) {
    const auto answer = process.get("/readyz");
    if (!answer) return "no answer";
    return answer->body;
}

void await_role(const controller_process& process, const std::string& role) {
    eventually("/readyz says " + role, [&] {
        const auto seen = role_of(process);
        return seen.ends_with("\n" + role + "\n") ? "" : seen;
    });
}

bool has_metric(const controller_process& process, const std::string& line) {
    const auto answer = process.get("/metrics");
    return answer && answer->body.find("\n" + line + "\n") != std::string::npos;
}

/// A controller that comes first and one that comes second, which is the scenario's own.
struct two_controllers : scenario {
    std::unique_ptr<controller_process> first;

    void start_both(const std::vector<std::string>& flags = elects) {
        first = cluster_.start_controller("regcred", "default", suffix() + "-first.log", flags);
        if (flags == elects) await_role(*first, "leader");
        start("regcred", "default", flags);
    }
    [[nodiscard]] json lease() { return api().get(lease_path); }
    [[nodiscard]] std::string holder() { return lease().at("spec").value("holderIdentity", ""); }
    void end_first() {
        const auto end = first->stop();
        REQUIRE(end);
        CHECK(end->code == 0);
    }
    /// The first ends by itself: it has lost the Lease.
    void await_loss() {
        eventually("the leader ends", [this] { return first->running() ? "it runs" : ""; });
        CHECK(first->log_text().find("lost the Lease; exiting") != std::string::npos);
    }
};

}  // namespace

TEST_CASE_FIXTURE(two_controllers, "the holder of the Lease writes, and another takes over when it ends") {
    start_both();
    await_role(controller(), "standby");
    CHECK(has_metric(*first, "regcred_leader 1"));
    CHECK(has_metric(controller(), "regcred_leader 0"));
    const auto leader = holder();
    const auto ns = add_namespace("team");
    const auto objects = synced({ns}, "one", {ns, named("later")});
    CHECK(controller().log_text().find("all caches synced; reconciling") == std::string::npos);

    const auto transitions = lease().at("spec").at("leaseTransitions").get<int>();
    end_first();
    await_role(controller(), "leader");
    CHECK(holder() != leader);
    CHECK(lease().at("spec").at("leaseTransitions") == transitions + 1);
    const auto later = add_namespace("later");
    await_copy(later, document_of(one_login("quay.io", "one")));
    await_ready(objects.credential, "2/2");
}

TEST_CASE_FIXTURE(two_controllers, "the standby takes over from a leader that was killed") {
    start_both();
    first->kill();
    await_role(controller(), "leader");
    const auto ns = add_namespace("team");
    static_cast<void>(synced({ns}, "one"));
}

TEST_CASE_FIXTURE(two_controllers,
                  "a leader that was frozen for longer than its Lease lasts writes nothing more") {
    start_both();
    const auto ns = add_namespace("team");
    const auto objects = synced({ns}, "one");
    settle();
    first->send_signal(SIGSTOP);
    change_source(objects.source, one_login("quay.io", "two"));
    await_role(controller(), "leader");
    await_copy(ns, document_of(one_login("quay.io", "two")));
    await_ready(objects.credential, "1/1");
    settle();

    const auto before = mark();
    first->send_signal(SIGCONT);
    await_loss();
    CHECK(secret_writes(before).empty());
}

TEST_CASE_FIXTURE(two_controllers, "the leader ends when somebody gives the Lease to another") {
    start_both();
    const json taken = {{"spec", {{"holderIdentity", "somebody"}, {"leaseDurationSeconds", 2}}}};
    CHECK(api().send({.method = "PATCH", .path = lease_path, .body = taken, .as = {}}).ok());
    await_loss();
    await_role(controller(), "leader");
}

TEST_CASE_FIXTURE(two_controllers,
                  "the leader creates its Lease again when somebody deletes it, and goes on") {
    start_both();
    const auto leader = holder();
    const auto uid = lease().at("metadata").at("uid");
    CHECK(api().send({.method = "DELETE", .path = lease_path, .body = nullptr, .as = {}}).ok());
    eventually("the Lease is there again", [&] {
        const auto found = api().find(lease_path);
        return found && found->at("metadata").at("uid") != uid ? "" : "not yet";
    });
    CHECK(holder() == leader);
    await_role(*first, "leader");
    await_role(controller(), "standby");
    end_first();
    await_role(controller(), "leader");
}

TEST_CASE_FIXTURE(two_controllers,
                  "a controller that may not use the Lease does not lead and is not ready, until it may") {
    expect_forbidden();
    {
        const restored_install at_end;
        start_both();
        const json sources = {
            {"apiGroups", {""}}, {"resources", {"secrets"}}, {"verbs", {"get", "list", "watch"}}};
        CHECK(api()
                  .send({.method = "PATCH", .path = role_path, .body = {{"rules", {sources}}}, .as = {}})
                  .ok());
        await_loss();
        eventually("the standby is not ready", [this]() -> std::string {
            const auto seen = role_of(controller());
            const bool told =
                seen.starts_with("not ready:") &&
                seen.find("Lease regcred-controller: leases.coordination.k8s.io") != std::string::npos &&
                seen.find("apply deploy/rbac.yaml") != std::string::npos;
            return told ? "" : seen;
        });
        CHECK(has_metric(controller(), "regcred_ready 0"));
    }
    await_role(controller(), "leader");
    CHECK(has_metric(controller(), "regcred_ready 1"));
}

TEST_CASE_FIXTURE(two_controllers, "two controllers that both write, without leader election, do no harm") {
    start_both({"--leader-elect=false"});
    const auto all = add_namespaces("team", 20);
    const auto objects = synced(all, "one");
    for (const char* tag : {"two", "three", "four"}) {
        change_source(objects.source, one_login("quay.io", tag));
        await_copies(all, document_of(one_login("quay.io", tag)));
    }
    change_spec(objects.credential, {{"namespaces", {{"include", {all[0]}}}}});
    for (std::size_t i = 1; i < all.size(); ++i)
        await_no_copy(all[i]);
    await_ready(objects.credential, "1/1");
    end_first();
}
