// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"
#include "support/eventually.hpp"
#include "support/subprocess.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <iostream>
#include <stdexcept>
#include <string>

// A new namespace gets its Secret while the controllers of deploy/ take over from each other. How long it
// takes is printed; what is asserted only tells a handover that was announced from a Lease that had to
// expire.

namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr auto credential = "handover";
constexpr std::chrono::seconds lease_duration{15};

milliseconds since(clock::time_point begin) {
    return std::chrono::duration_cast<milliseconds>(clock::now() - begin);
}

std::string leader_pod(harness::admin& api) {
    const auto lease =
        api.get("/apis/coordination.k8s.io/v1/namespaces/regcred-system/leases/regcred-controller");
    const auto holder = lease.at("spec").value("holderIdentity", "");
    return holder.substr(0, holder.find('_'));  // the host name, which is the Pod's name
}

bool another_leads(harness::admin& api, const std::string& than) {
    const auto pod = leader_pod(api);
    return !pod.empty() && pod != than;
}

/// The controller's process in that Pod, on this machine.
pid_t process_of(const std::string& pod) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        if (harness::read_text(entry.path() / "comm") != "regcred-control\n") continue;
        if (harness::read_text(entry.path() / "environ").find("HOSTNAME=" + pod + '\0') == std::string::npos)
            continue;
        return std::stoi(name);
    }
    throw std::runtime_error("no process of the Pod " + pod);
}

/// Two Pods lead or stand by, and a RegistryCredential selects the namespaces that the test creates.
class handover {
 public:
    explicit handover(std::string name) : name_(std::move(name)) {
        await_two_pods();
        const harness::json login = {
            {"metadata", {{"name", credential}, {"namespace", "regcred-system"}}},
            {"type", "kubernetes.io/basic-auth"},
            {"stringData", {{"username", "alice"}, {"password", "handover-password"}}}};
        api().create("/api/v1/namespaces/regcred-system/secrets", login);
        const harness::json object = {
            {"apiVersion", "regcred.dev/v1alpha1"},
            {"kind", "RegistryCredential"},
            {"metadata", {{"name", credential}}},
            {"spec",
             {{"sources", {{{"secretRef", {{"name", credential}}}, {"registry", "quay.io"}}}},
              {"namespaces", {{"include", {name_ + "-*"}}}}}}};
        api().create("/apis/regcred.dev/v1alpha1/registrycredentials", object);
    }
    ~handover() {
        for (int i = 0; i < created_; ++i)
            api().remove("/api/v1/namespaces/" + namespace_name(i));
        api().remove(std::string("/apis/regcred.dev/v1alpha1/registrycredentials/") + credential);
        api().remove(std::string("/api/v1/namespaces/regcred-system/secrets/") + credential);
    }
    handover(const handover&) = delete;
    handover& operator=(const handover&) = delete;

    [[nodiscard]] harness::admin& api() { return node_.api(); }

    /// Creates a namespace, waits for its Secret, and again, until `done`, and one more after it. The longest
    /// wait.
    template <class Done>
    milliseconds slowest_until(Done done) {
        milliseconds slowest{0};
        for (bool last = false; !last;) {
            last = done();
            slowest = std::max(slowest, serve_one());
        }
        std::cout << fmt::format(
            "{}: {} new namespaces, the slowest Secret after {} ms\n", name_, created_, slowest.count());
        return slowest;
    }

    void await_two_pods() {
        harness::eventually("two controllers are ready", [this]() -> std::string {
            const auto list = api().list("/api/v1/namespaces/regcred-system/pods");
            const auto ready = std::ranges::count_if(list, [](const harness::json& pod) {
                const auto& statuses = pod.at("status").value("containerStatuses", harness::json::array());
                return !pod.at("metadata").contains("deletionTimestamp") && !statuses.empty() &&
                       statuses[0].at("ready").get<bool>();
            });
            return ready == 2 && list.size() == 2 ? "" : fmt::format("{} of {} Pods", ready, list.size());
        });
    }

 private:
    [[nodiscard]] std::string namespace_name(int number) const { return fmt::format("{}-{}", name_, number); }

    milliseconds serve_one() {
        const auto ns = namespace_name(created_++);
        api().create("/api/v1/namespaces", {{"metadata", {{"name", ns}}}});
        const auto begin = clock::now();
        harness::wait_until("the Secret of " + ns, [&] {
            return api().find(fmt::format("/api/v1/namespaces/{}/secrets/regcred", ns)) ? "" : "none";
        });
        return since(begin);
    }

    std::string name_;
    e2e::node node_;
    int created_ = 0;
};

}  // namespace

TEST_CASE("a rollout of the controller delays no Secret until a Lease expires") {
    handover test("rollout");
    auto rollout = std::async(std::launch::async, [] {
        harness::run_or_throw(
            {"kubectl", "--namespace=regcred-system", "rollout", "restart", "deployment/regcred-controller"});
        harness::run_or_throw({"kubectl",
                               "--namespace=regcred-system",
                               "rollout",
                               "status",
                               "deployment/regcred-controller",
                               "--timeout=120s"});
    });
    const auto slowest =
        test.slowest_until([&] { return rollout.wait_for(milliseconds(0)) == std::future_status::ready; });
    rollout.get();
    CHECK(slowest < lease_duration / 2);
    test.await_two_pods();
}

TEST_CASE("the standby takes over when the leader's Pod is deleted") {
    handover test("deleted");
    const auto leader = leader_pod(test.api());
    test.api().remove("/api/v1/namespaces/regcred-system/pods/" + leader);
    const auto slowest = test.slowest_until([&] { return another_leads(test.api(), leader); });
    CHECK(slowest < lease_duration / 2);
}

TEST_CASE("the standby takes over when the leader is killed, once its Lease has expired") {
    handover test("killed");
    const auto leader = leader_pod(test.api());
    kill(process_of(leader), SIGKILL);
    const auto slowest = test.slowest_until([&] { return another_leads(test.api(), leader); });
    CHECK(slowest < 4 * lease_duration);
}
