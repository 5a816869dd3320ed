// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"
#include "needs.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

using namespace harness;

namespace {

const std::string document = document_of(one_login("quay.io", "accounts"));
constexpr auto role_binding =
    "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/regcred-service-accounts";

/// Another controller that appends an entry of its own to the list every 5 ms, as it should be done: bound to
/// the version that it has read.
class busy_writer {
 public:
    explicit busy_writer(std::string path) : path_(std::move(path)), thread_([this] { work(); }) {}
    ~busy_writer() {
        done_ = true;
        if (thread_.joinable()) thread_.join();
    }
    busy_writer(const busy_writer&) = delete;
    busy_writer& operator=(const busy_writer&) = delete;

    /// The names that it wrote, in order; it ends.
    std::vector<std::string> end() {
        done_ = true;
        thread_.join();
        return written_;
    }
    [[nodiscard]] int count() const { return count_; }

 private:
    void work() {
        admin api(std::getenv("KUBECONFIG"));
        while (!done_) {
            auto account = api.get(path_);
            auto name = fmt::format("busy-{}", written_.size());
            account["imagePullSecrets"].push_back({{"name", name}});
            const auto answer = api.send({.method = "PUT", .path = path_, .body = account, .as = {}});
            if (answer.ok()) {
                written_.push_back(std::move(name));
                ++count_;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }

    std::string path_;
    std::atomic<bool> done_ = false;
    std::atomic<int> count_ = 0;
    std::vector<std::string> written_;  // by the thread alone, until it has ended
    std::thread thread_;
};

/// Takes the optional ClusterRole away while it lives.
class role_left_out {
 public:
    explicit role_left_out(admin& api) { api.remove(role_binding); }
    ~role_left_out() { cluster::install(); }
    role_left_out(const role_left_out&) = delete;
    role_left_out& operator=(const role_left_out&) = delete;
};

std::ptrdiff_t denied_requests(const std::vector<audit_record>& records) {
    return std::ranges::count_if(records, [](const audit_record& record) { return record.code == 403; });
}

}  // namespace

TEST_CASE_FIXTURE(
    account_scenario,
    "neither another writer that changes imagePullSecrets every 5 ms nor the controller loses an entry") {
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    busy_writer other(account_path(ns));
    eventually("the other writer is at work", [&] { return other.count() > 5 ? "" : "not yet"; });
    const auto credential = add_credential("quay", accounts_spec({source}, {ns}));
    await_ready(credential, "1/1");
    const auto seen = other.count();
    eventually("it goes on", [&] { return other.count() > seen + 20 ? "" : "not yet"; });
    const auto theirs = other.end();

    std::vector<std::string> names;
    const auto account = service_account_in(ns);
    for (const auto& entry : account["imagePullSecrets"])
        names.push_back(entry["name"].get<std::string>());
    CHECK(std::erase(names, "regcred") == 1);
    CHECK(names == theirs);
    CHECK(annotation_of(account, added_annotation) == "regcred");
}

TEST_CASE_FIXTURE(account_scenario,
                  "without the optional ClusterRole spec.serviceAccounts is reported as Forbidden, all else "
                  "works, and it recovers when the role is there") {
    expect_forbidden();
    role_left_out missing(api());
    eventually("the right is gone", [&] {
        const auto answer = api().send(
            {.method = "GET", .path = account_path("default"), .body = nullptr, .as = controller_user});
        return answer.status == 403 ? "" : std::to_string(answer.status);
    });
    const auto before = mark();
    start();
    const auto ns = add_namespace("team");
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    const auto silent = add_credential("silent", spec_of({source}, {ns}));
    await_ready(silent, "1/1");
    settle();
    CHECK(denied_requests(requests_since(before)) == 1);  // nobody asks: it is not asked again
    for (const auto& record : log_records())
        CHECK_MESSAGE(record["level"] != "warn", record.dump());
    CHECK(controller().get("/metrics")->body.find("regcred_failing_watches 0\n") != std::string::npos);

    const auto another = add_source("ghcr", one_login("ghcr.io", "accounts"));
    const auto asking = add_credential("asking", accounts_spec({another}, {ns}));
    const auto object = await_condition(asking, "ServiceAccountsPatched", "False", "Forbidden", "1/1");
    CHECK(condition_of(object, "ServiceAccountsPatched")["message"].get<std::string>().find(
              "deploy/service-accounts.yaml") != std::string::npos);
    CHECK(condition_of(object, "Ready")["reason"] == "Forbidden");
    CHECK(condition_of(object, "Synced")["status"] == "True");
    await_ready(silent, "1/1");
    eventually("it is asked again now and then",
               [&] { return denied_requests(requests_since(before)) > 3 ? "" : "not yet"; });
    CHECK(controller().get("/readyz")->status == 200);
    const auto loud = std::ranges::count_if(log_records(), [](const json& record) {
        return record["level"] == "warn" && record["msg"] != "condition changed";
    });
    CHECK(loud == 1);

    cluster::install();
    await_pull_secrets(ns, "regcred", "regcred");
    await_ready(asking, "1/1");
}

TEST_CASE_FIXTURE(
    account_scenario,
    "a right to ServiceAccounts that is removed later is reported, and used again when it is restored") {
    expect_forbidden();
    start();
    const auto first = add_namespace("team-a");
    const auto credential = add_accounts_credential({named("team-*")});
    await_ready(credential, "1/1");
    role_left_out missing(api());
    eventually("the right is gone", [&] {
        const auto answer = api().send({.method = "PATCH",
                                        .path = account_path(first) + "?dryRun=All",
                                        .body = {{"imagePullSecrets", nullptr}},
                                        .as = controller_user});
        return answer.status == 403 ? "" : std::to_string(answer.status);
    });
    set_pull_secrets(first, {"theirs"});
    const auto object = await_condition(credential, "ServiceAccountsPatched", "False", "Forbidden", "1/1");
    CHECK(object["status"]["failures"][0]["namespace"] == first);
    cluster::install();
    await_pull_secrets(first, "theirs,regcred", "regcred");
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    account_scenario,
    "a ServiceAccount that another writer keeps resetting is reported as Contended and patched less often") {
    start();
    const auto ns = add_namespace("team");
    const auto credential = add_accounts_credential({ns});
    await_ready(credential, "1/1");
    settle();
    const auto before = mark();
    eventually("it is given up for now", [&]() -> std::string {
        if (pull_secrets_of(service_account_in(ns)) == "regcred") set_pull_secrets(ns, {});
        const auto condition = condition_of(api().get(credential_path(credential)), "ServiceAccountsPatched");
        return condition["reason"] == "Contended" ? "" : condition.dump();
    });
    settle();
    CHECK(std::ranges::count(account_writes(before), '\n') < 8);
    const auto object = api().get(credential_path(credential));
    CHECK(condition_of(object, "Ready")["reason"] == "Contended");
    CHECK(condition_of(object, "Synced")["status"] == "True");
    await_pull_secrets(ns, "regcred", "regcred");  // it is tried again by itself
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(
    account_scenario,
    "a ServiceAccount name that the installation does not allow is reported, and the others are patched") {
    start();
    const auto ns = add_namespace("team");
    auto spec = accounts_spec({add_source("quay", one_login("quay.io", "accounts"))}, {ns});
    spec["serviceAccounts"] = json::array({"d*t", "builder"});
    const auto credential = add_credential("quay", spec);
    const auto object =
        await_condition(credential, "ServiceAccountsPatched", "False", "ServiceAccountNameNotAllowed", "1/1");
    CHECK(condition_of(object, "Stalled")["reason"] == "ServiceAccountNameNotAllowed");
    CHECK(condition_of(object, "ServiceAccountsPatched")["message"].get<std::string>().find(
              "--service-accounts") != std::string::npos);
    await_pull_secrets(ns, "regcred", "regcred");
    change_spec(credential, {{"serviceAccounts", json::array({"d*t"})}});
    await_ready(credential, "1/1");
}

TEST_CASE_FIXTURE(account_scenario,
                  "a forged annotation has the controller remove unwanted entries of its own names only, and "
                  "a huge one does no harm") {
    start();
    const auto wanted = add_namespace("wanted");
    const auto forged = add_namespace("forged");
    const auto huge = add_namespace("huge");
    const auto forge = [&](const std::string& ns, const std::string& text) {
        api().patch(account_path(ns), annotations_patch({{added_annotation, text}}));
    };
    set_pull_secrets(forged, {"theirs", "regcred", "regcred"});
    set_pull_secrets(huge, std::vector<std::string>(300, "theirs"));
    forge(forged, "regcred,theirs,../x,kube-system/secret");
    forge(huge, std::string(200'000, ','));
    const auto credential = add_accounts_credential({wanted});
    await_pull_secrets(wanted, "regcred", "regcred");
    await_pull_secrets(forged, "theirs,regcred", "theirs");
    change_spec(credential, {{"namespaces", {{"include", json::array({wanted, huge})}}}});
    await_condition(credential, "ServiceAccountsPatched", "False", "ServiceAccountTooLarge", "2/2");
    set_pull_secrets(huge, {"theirs"});
    await_pull_secrets(huge, "theirs,regcred", "regcred");
    await_ready(credential, "2/2");
}

TEST_CASE_FIXTURE(
    account_scenario,
    "the admission policy refuses a ServiceAccount in a protected namespace, with the namespace's name" *
        needs_validating_policies) {
    start();
    const auto ns = add_namespace("team");
    const auto credential = add_accounts_credential({ns, "kube-public"});
    const auto object = await_condition(credential, "ServiceAccountsPatched", "False", "Denied");
    const auto text = condition_of(object, "ServiceAccountsPatched")["message"].get<std::string>();
    CHECK(text.find("kube-public") != std::string::npos);
    CHECK(text.find("protectedNamespaces") != std::string::npos);
    await_pull_secrets(ns, "regcred", "regcred");
    change_spec(credential, {{"namespaces", {{"include", json::array({ns})}}}});
    await_ready(credential, "1/1");
}
