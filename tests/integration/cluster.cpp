// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "cluster.hpp"

#include "account_kubeconfig.hpp"
#include "objects.hpp"
#include "support/eventually.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <future>
#include <ranges>
#include <sstream>
#include <stdexcept>

namespace harness {

namespace {

constexpr auto repository = REGCRED_REPOSITORY;

/// `cluster exec` sets both variables: whoever has only a KUBECONFIG has a cluster that these tests must not
/// touch.
std::string admin_kubeconfig() {
    const char* name = std::getenv("CLUSTER_NAME");
    const char* file = std::getenv("KUBECONFIG");
    if (name == nullptr || file == nullptr)
        throw std::runtime_error(
            "these tests change a whole cluster and run in one of their own: start it with "
            "'tests/cluster/cluster up', then run 'tests/cluster/cluster exec PROGRAM'");
    return file;
}

/// Tests on two clusters may run side by side.
std::filesystem::path output_folder() {
    const char* name = std::getenv("CLUSTER_NAME");
    return std::filesystem::path(REGCRED_TEST_OUTPUT) / (name == nullptr ? "none" : name);
}

/// What the cluster's script says of it.
std::string told_by_cluster(const std::vector<std::string>& question) {
    std::vector<std::string> command{fmt::format("{}/tests/cluster/cluster", repository)};
    command.insert(command.end(), question.begin(), question.end());
    auto answer = run_or_throw(std::move(command));
    while (answer.ends_with('\n'))
        answer.pop_back();
    return answer;
}

void signal_controller_manager(int number) {
    ::kill(std::stoi(told_by_cluster({"pid", "controller-manager"})), number);
}

/// Copies while nothing runs: Kubernetes' own programs must forget what they have read, too.
void replace_etcd_data(const std::filesystem::path& from, const std::filesystem::path& to) {
    const std::vector<std::string> programs{"etcd", "apiserver", "controller-manager"};
    for (const auto& program : programs | std::views::reverse)
        static_cast<void>(told_by_cluster({"stop", program}));
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    for (const auto& program : programs)
        static_cast<void>(told_by_cluster({"start", program}));
}

/// What `kubectl apply` says of deploy/ where the API server does not serve ValidatingAdmissionPolicies,
/// which is before Kubernetes 1.30: all else is applied.
bool only_policies_are_refused(const std::string& text) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const bool applied =
            line.ends_with(" created") || line.ends_with(" configured") || line.ends_with(" unchanged");
        const bool unknown_policy =
            line.find("no matches for kind \"ValidatingAdmissionPolicy") != std::string::npos;
        if (!applied && !unknown_policy && line != "ensure CRDs are installed first") return false;
    }
    return true;
}

std::filesystem::path controller_binary() {
    const char* chosen = std::getenv("REGCRED_CONTROLLER");
    return chosen == nullptr ? REGCRED_CONTROLLER_BINARY : chosen;
}

}  // namespace

cluster& cluster::instance() {
    static cluster only;
    return only;
}

cluster::cluster()
    : output_(output_folder()), api_(admin_kubeconfig()), audit_file_(told_by_cluster({"audit"})) {
    std::filesystem::create_directories(output_);
    signal_controller_manager(SIGCONT);  // a run that was killed may have left it stopped
    auto installed = std::async(std::launch::async, install);  // side by side: each kubectl takes its time
    run_or_throw({"kubectl", "apply", "-f", fmt::format("{}/crds", repository)});
    wait_until("the CRD is established", [this] {
        const auto crd = api_.get(
            "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/registrycredentials.regcred.dev");
        const auto established = condition_of(crd, "Established");
        return established.is_object() && established["status"] == "True" ? "" : crd.dump();
    });
    wait_until("the API server serves RegistryCredentials", [this] {
        const auto answer = api_.send({.method = "GET", .path = credentials, .body = nullptr, .as = {}});
        return answer.ok() ? "" : answer.message();
    });
    installed.get();
    controller_kubeconfig_ =
        write_account_kubeconfig(api_, "regcred-system", "regcred-controller", output_, "controller");
}

void cluster::install() {
    const auto applied = run({"kubectl", "apply", "-k", fmt::format("{}/deploy", repository)});
    if (applied.code != 0 && !only_policies_are_refused(applied.text))
        throw std::runtime_error("kubectl apply -k deploy/: " + applied.text);
}

bool cluster::serves_admission_policies() {
    return api_
        .send({.method = "GET",
               .path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
               .body = nullptr,
               .as = {}})
        .ok();
}

void cluster::restart_api_server() {
    static_cast<void>(told_by_cluster({"restart", "apiserver"}));
}

void cluster::save_etcd() const {
    replace_etcd_data(audit_file_.parent_path() / "etcd/member", output_ / "etcd-member");
}

void cluster::restore_etcd() const {
    replace_etcd_data(output_ / "etcd-member", audit_file_.parent_path() / "etcd/member");
    std::filesystem::remove_all(output_ / "etcd-member");
}

void cluster::compact(const std::string& revision) {
    run_or_throw({"curl",
                  "--silent",
                  "--fail",
                  "http://127.0.0.1:2379/v3/kv/compaction",
                  "--data",
                  json{{"revision", revision}}.dump()});
}

std::unique_ptr<controller_process> cluster::start_controller(const std::string& secret_names,
                                                              const std::string& service_accounts,
                                                              const std::string& log_name,
                                                              std::vector<std::string> more_flags) {
    return std::make_unique<controller_process>(controller_options{.binary = controller_binary(),
                                                                   .kubeconfig = controller_kubeconfig_,
                                                                   .secret_names = secret_names,
                                                                   .service_accounts = service_accounts,
                                                                   .log = output_ / log_name,
                                                                   .more_flags = std::move(more_flags)});
}

void cluster::await_garbage_collector() {
    if (collector_knows_us_) return;
    const std::string name = "collector-probe";
    api_.remove(credential_path(name));
    auto spec = spec_of({"absent"}, {"absent"});
    spec["suspend"] = true;
    const auto owner = api_.create(credentials, credential_object(name, spec));
    auto dependent = secret_object(name, "Opaque", {{"probe", "probe"}});
    dependent["metadata"]["ownerReferences"] = json::array({owner_reference_to(owner)});
    api_.remove(secret_path("default", name));
    api_.create(secrets_in("default"), dependent);
    api_.remove(credential_path(name));
    eventually(
        "the garbage collector knows RegistryCredentials",
        [&] { return api_.find(secret_path("default", name)) ? "the probe is still there" : ""; },
        std::chrono::minutes(5));
    collector_knows_us_ = true;
}

paused_controller_manager::paused_controller_manager() {
    signal_controller_manager(SIGSTOP);
}

paused_controller_manager::~paused_controller_manager() {
    signal_controller_manager(SIGCONT);
}

}  // namespace harness
