// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "app/version.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

using strings = std::vector<std::string>;

/// Variables of the environment while it lives.
class variables {
 public:
    explicit variables(std::map<std::string, std::string> values) : values_(std::move(values)) {
        for (const auto& [name, value] : values_)
            setenv(name.c_str(), value.c_str(), 1);
    }
    ~variables() {
        for (const auto& [name, value] : values_)
            unsetenv(name.c_str());
    }
    variables(const variables&) = delete;
    variables& operator=(const variables&) = delete;

 private:
    std::map<std::string, std::string> values_;
};

std::variant<config, exit_now> parse(const strings& flags) {
    std::vector<const char*> arguments{"regcred-controller"};
    for (const auto& flag : flags)
        arguments.push_back(flag.c_str());
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

config accepted(const strings& flags) {
    const auto parsed = parse(flags);
    const auto* end = std::get_if<exit_now>(&parsed);
    REQUIRE_MESSAGE(end == nullptr, end->text);
    return std::get<config>(parsed);
}

exit_now ended(const strings& flags) {
    const auto parsed = parse(flags);
    REQUIRE(std::holds_alternative<exit_now>(parsed));
    return std::get<exit_now>(parsed);
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the defaults are those of a cluster") {
    const auto got = accepted({});
    CHECK(got.secret_names == strings{"regcred"});
    CHECK(got.service_accounts == strings{"default"});
    CHECK(got.max_document_bytes == 524288);
    CHECK_FALSE(got.require_admission_policy);
    CHECK(got.deletion_guard == "confirm");
    CHECK(got.namespace_name.empty());
    CHECK(got.kubeconfig.empty());
    CHECK(got.log_level == "info");
    CHECK(got.log_format == "json");
    CHECK(got.listen_host == "::");
    CHECK(got.listen_port == 8080);
    CHECK(got.leader_elect);
    CHECK(got.lease_name == "regcred-controller");
    CHECK(got.lease.lease_duration == 15s);
    CHECK(got.lease.renew_deadline == 10s);
    CHECK(got.lease.retry_period == 2s);
}

TEST_CASE("every flag sets its option") {
    const auto got = accepted({"--secret-names=regcred,team-pull",
                               "--service-accounts=default,builder",
                               "--max-document-bytes=1048576",
                               "--require-admission-policy",
                               "--deletion-guard=approve",
                               "--namespace=credentials",
                               "--kubeconfig=/tmp/config",
                               "--log-level=debug",
                               "--log-format=text",
                               "--listen-address=:9090",
                               "--leader-elect=false",
                               "--leader-elect-resource-name=other",
                               "--leader-elect-lease-duration=60s",
                               "--leader-elect-renew-deadline=40",
                               "--leader-elect-retry-period=5s"});
    CHECK(got.secret_names == strings{"regcred", "team-pull"});
    CHECK(got.service_accounts == strings{"builder", "default"});
    CHECK(got.max_document_bytes == 1048576);
    CHECK(got.require_admission_policy);
    CHECK(got.deletion_guard == "approve");
    CHECK(got.namespace_name == "credentials");
    CHECK(got.kubeconfig == "/tmp/config");
    CHECK(got.log_level == "debug");
    CHECK(got.log_format == "text");
    CHECK(got.listen_host == "::");
    CHECK(got.listen_port == 9090);
    CHECK_FALSE(got.leader_elect);
    CHECK(got.lease_name == "other");
    CHECK(got.lease.lease_duration == 60s);
    CHECK(got.lease.renew_deadline == 40s);
    CHECK(got.lease.retry_period == 5s);
}

TEST_CASE("flags of leader election that cannot work are refused") {
    CHECK(ended({"--leader-elect-lease-duration=10s"}).text ==
          "--leader-elect-*: the lease duration must be longer than the renew deadline\n");
    CHECK(ended({"--leader-elect-lease-duration=10s"}).code == 2);
    for (const char* flag : {"--leader-elect-retry-period=2m",
                             "--leader-elect-retry-period=",
                             "--leader-elect-retry-period=s",
                             "--leader-elect-retry-period=-2s",
                             "--leader-elect-retry-period=70000"}) {
        CAPTURE(flag);
        CHECK(ended({flag}).code == 2);
    }
    CHECK(has(ended({"--leader-elect-retry-period=2m"}).text, "write a number of seconds, such as 15s"));
    CHECK(has(ended({"--leader-elect-resource-name=A"}).text, "'A' is not a valid Lease name"));
}

TEST_CASE("an environment variable sets its option, and a flag overrides it") {
    const variables set({{"REGCRED_SECRET_NAMES", "a,b"},
                         {"REGCRED_REQUIRE_ADMISSION_POLICY", "true"},
                         {"REGCRED_NAMESPACE", "credentials"},
                         {"REGCRED_LOG_LEVEL", "warn"},
                         {"REGCRED_LOG_FORMAT", "text"},
                         {"REGCRED_LISTEN_ADDRESS", "[::1]:1"},
                         {"REGCRED_LEADER_ELECT", "false"},
                         {"REGCRED_LEADER_ELECT_RETRY_PERIOD", "3s"}});
    const auto got = accepted({});
    CHECK(got.secret_names == strings{"a", "b"});
    CHECK(got.require_admission_policy);
    CHECK(got.namespace_name == "credentials");
    CHECK(got.log_level == "warn");
    CHECK(got.log_format == "text");
    CHECK(got.listen_host == "::1");
    CHECK(got.listen_port == 1);
    CHECK_FALSE(got.leader_elect);
    CHECK(got.lease.retry_period == 3s);

    const auto flagged = accepted({"--secret-names=c", "--log-level=error", "--listen-address=10.0.0.1:0"});
    CHECK(flagged.secret_names == strings{"c"});
    CHECK(flagged.log_level == "error");
    CHECK(flagged.listen_host == "10.0.0.1");
    CHECK(flagged.listen_port == 0);
}

TEST_CASE("duplicate Secret names are removed") {
    CHECK(accepted({"--secret-names=b,a,b", "--secret-names=a"}).secret_names == strings{"a", "b"});
}

TEST_CASE("'*' replaces all other ServiceAccount names") {
    CHECK(accepted({"--service-accounts=b,a,b"}).service_accounts == strings{"a", "b"});
    CHECK(accepted({"--service-accounts=a,*"}).service_accounts == strings{"*"});
}

TEST_CASE("a mistake ends with exit code 2 and says what to write") {
    const struct {
        strings flags;
        const char* message;
    } table[] = {
        {{"--secret-names=Regcred"}, "'Regcred' is not a valid Secret name: use lower-case"},
        {{"--secret-names=a,-b"}, "'-b' is not a valid Secret name"},
        {{"--secret-names=a..b"}, "'a..b' is not a valid Secret name"},
        {{"--secret-names=" + std::string(254, 'a')}, "is not a valid Secret name"},
        {{"--service-accounts=Default"}, "'Default' is neither a valid ServiceAccount name nor '*'"},
        {{"--service-accounts=build-*"}, "'build-*' is neither a valid ServiceAccount name"},
        {{"--log-level=loud"}, "debug"},
        {{"--log-format=xml"}, "text"},
        {{"--listen-address=8080"}, "such as 127.0.0.1:8080 or :8080"},
        {{"--listen-address=:http"}, "a number from 0 to 65535"},
        {{"--listen-address=:80x"}, "a number from 0 to 65535"},
        {{"--listen-address=:65536"}, "a number from 0 to 65535"},
        {{"--listen-address=:"}, "a number from 0 to 65535"},
        {{"--secret-names="}, "--secret-names needs at least one name"},
        {{"--secret-names"}, "--secret-names needs at least one name"},
        {{"--service-accounts="}, "--service-accounts needs at least one name"},
        {{"--namespace"}, "--namespace needs a value"},
        {{"--namespace=Credentials"}, "'Credentials' is not a valid namespace: use lower-case"},
        {{"--namespace=team/a"}, "'team/a' is not a valid namespace"},
        {{"--namespace=a.b"}, "'a.b' is not a valid namespace"},
        {{"--max-document-bytes=1048577"}, "1048576"},
        {{"--max-document-bytes=0"}, "1024"},
        {{"--max-document-bytes=512Ki"}, "--max-document-bytes"},
        {{"--no-such-flag"}, "--no-such-flag"},
    };
    for (const auto& row : table) {
        CAPTURE(row.flags.front());
        const auto end = ended(row.flags);
        CHECK(end.code == 2);
        CHECK_MESSAGE(has(end.text, row.message), end.text);
    }
}

TEST_CASE("an invalid environment variable ends with exit code 2") {
    const variables set({{"REGCRED_LOG_LEVEL", "loud"}});
    CHECK(ended({}).code == 2);
}

TEST_CASE("--version and --help end with exit code 0") {
    const auto version = ended({"--version"});
    CHECK(version.code == 0);
    CHECK(version.text.starts_with(fmt::format("regcred-controller {}", ::version())));
    const auto help = ended({"--help"});
    CHECK(help.code == 0);
    for (const char* flag : {"--secret-names",
                             "--service-accounts",
                             "--namespace",
                             "--kubeconfig",
                             "--log-level",
                             "--log-format",
                             "--listen-address",
                             "REGCRED_LOG_LEVEL",
                             "explain pod",
                             "kubectl apply -k deploy/"})
        CHECK_MESSAGE(has(help.text, flag), flag);
    CHECK_FALSE(has(help.text, "Env:"));  // the footer names the variables of all flags alike
}

TEST_CASE("--help fits into 100 columns") {
    std::istringstream text(ended({"--help"}).text);
    for (std::string line; std::getline(text, line);)
        CHECK_MESSAGE(line.size() <= 100, line);
}

TEST_CASE("kubeconfig_path searches in the order of controller-runtime") {
    std::map<std::string, std::string> set;
    const auto variable = [&set](const char* name) -> const char* {
        const auto found = set.find(name);
        return found == set.end() ? nullptr : found->second.c_str();
    };
    set["HOME"] = "/home/dev";
    CHECK(kubeconfig_path({}, variable) == "/home/dev/.kube/config");
    set["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
    CHECK_FALSE(kubeconfig_path({}, variable));
    set["KUBECONFIG"] = "";
    CHECK_FALSE(kubeconfig_path({}, variable));
    set["KUBECONFIG"] = "/a:/b";
    CHECK(kubeconfig_path({}, variable) == "/a:/b");
    config named;
    named.kubeconfig = "/c";
    CHECK(kubeconfig_path(named, variable) == "/c");
}
