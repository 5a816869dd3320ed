// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "app/flag_values.hpp"
#include "app/metrics_flags.hpp"
#include "app/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <string>
#include <string_view>

namespace {

constexpr auto description =
    "Keeps a pull Secret in every namespace that a RegistryCredential selects.\n"
    "\n"
    "In a cluster, every flag is optional. Outside a cluster, set --kubeconfig and --namespace: the\n"
    "namespace that holds the source Secrets.\n";

constexpr auto footer =
    "Every flag except --kubeconfig has an environment variable: REGCRED_LOG_LEVEL for --log-level, and\n"
    "so on. A flag overrides its variable.\n"
    "\n"
    "SIGTERM and SIGINT shut the program down gracefully. SIGUSR1 logs what the program holds and waits\n"
    "for; SIGUSR2 turns the log level debug on, and off again. SIGHUP does nothing: token and\n"
    "certificate files are read again when they change.\n"
    "\n"
    "'regcred-controller explain pod NAMESPACE/NAME' shows why a Pod can or cannot pull its images, with\n"
    "your own kubeconfig; see its --help. A link named kubectl-regcred to this program makes it\n"
    "'kubectl regcred explain pod'.\n"
    "\n"
    "Install the controller with 'kubectl apply -f crds/' and 'kubectl apply -k deploy/'; check its\n"
    "status with 'kubectl get registrycredentials'.";

/// Each name is one watch.
void remove_duplicates(std::vector<std::string>& names) {
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
}

/// What the controller may write.
void add_scope_options(CLI::App& app, config& result) {
    app.add_option("--secret-names",
                   result.secret_names,
                   "Names that Secrets of RegistryCredentials may have; deploy/ must\n"
                   "allow them too")
        ->option_text("NAME,... (default: regcred)")
        ->delimiter(',')
        ->envname("REGCRED_SECRET_NAMES")
        ->check(CLI::Validator(check_secret_name, "NAME"));
    app.add_option("--service-accounts",
                   result.service_accounts,
                   "Names of ServiceAccounts that may get the Secret in\n"
                   "imagePullSecrets, or '*' for all; deploy/service-accounts.yaml\n"
                   "must allow them too")
        ->option_text("NAME,... (default: default)")
        ->delimiter(',')
        ->envname("REGCRED_SERVICE_ACCOUNTS")
        ->check(CLI::Validator(check_account_name, "NAME"));
    app.add_option("--max-document-bytes",
                   result.max_document_bytes,
                   "The largest docker config that a Secret may have, at most\n"
                   "1048576; what does not fit is reported as SourceTooLarge. deploy/\n"
                   "must allow it too")
        ->option_text("BYTES (default: 524288)")
        ->envname("REGCRED_MAX_DOCUMENT_BYTES")
        ->check(CLI::Range(std::size_t{1024}, dockerconfig::max_document_bytes));
    app.add_flag("--require-admission-policy",
                 result.require_admission_policy,
                 "Write only while the API server enforces the admission policies\n"
                 "of deploy/")
        ->option_text(" ")  // else the variable stands here, and here alone
        ->envname("REGCRED_REQUIRE_ADMISSION_POLICY");
    app.add_option("--deletion-guard",
                   result.deletion_guard,
                   "What ends the hold on a mass deletion: confirm (two lists of all\n"
                   "namespaces agree) or approve (a person sets the annotation that\n"
                   "the RegistryCredential's status shows); see crds/README.md, Mass\n"
                   "deletion")
        ->option_text("MODE (default: confirm)")
        ->envname("REGCRED_DELETION_GUARD")
        ->check(CLI::IsMember({"confirm", "approve"}));
}

void add_connection_options(CLI::App& app, config& result) {
    app.add_option("--namespace",
                   result.namespace_name,
                   "The controller's namespace, with the source Secrets; default: the\n"
                   "Pod's, or the kubeconfig context's")
        ->option_text("NAME")
        ->envname("REGCRED_NAMESPACE")
        ->check(CLI::Validator(check_namespace, "NAME"));
    app.add_option("--kubeconfig",
                   result.kubeconfig,
                   "How to reach the API server; default: $KUBECONFIG, else the Pod's\n"
                   "own, else ~/.kube/config")
        ->option_text("FILE");
}

void add_log_options(CLI::App& app, config& result) {
    app.add_option("--log-level", result.log_level, "debug, info, warn or error")
        ->option_text("LEVEL (default: info)")
        ->envname("REGCRED_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
    app.add_option("--log-format", result.log_format, "json, or human-readable text")
        ->option_text("FORMAT (default: json)")
        ->envname("REGCRED_LOG_FORMAT")
        ->check(CLI::IsMember({"json", "text"}));
}

/// `address` is only for the parser, and outlives it.
void add_probe_options(CLI::App& app, std::string& address, config& result) {
    app.add_option("--listen-address", address, "The address of /healthz, /readyz and /metrics")
        ->option_text("ADDRESS:PORT (default: :8080, all addresses)")
        ->envname("REGCRED_LISTEN_ADDRESS")
        ->check(CLI::Validator(
            [&result](const std::string& text) {
                return read_address(text, result.listen_host, result.listen_port);
            },
            "ADDRESS:PORT"));
}

/// The texts are only for the parser, and outlive it.
struct lease_texts {
    std::string duration;
    std::string deadline;
    std::string period;
};

/// The flags of Kubernetes' own components.
void add_leader_election_options(CLI::App& app, lease_texts& texts, config& result) {
    app.add_option("--leader-elect",
                   result.leader_elect,
                   "Write only while this process holds the Lease; false if there is\n"
                   "only one replica")
        ->option_text("BOOL (default: true)")
        ->envname("REGCRED_LEADER_ELECT");
    app.add_option(
           "--leader-elect-resource-name", result.lease_name, "The Lease, in the controller's namespace")
        ->option_text("NAME (default: regcred-controller)")
        ->envname("REGCRED_LEADER_ELECT_RESOURCE_NAME")
        ->check(CLI::Validator(check_lease_name, "NAME"));
    const auto add_seconds = [&](const char* flag,
                                 const char* variable,
                                 const char* value,
                                 const char* help,
                                 std::string& text,
                                 std::chrono::seconds& target) {
        app.add_option(flag, text, help)
            ->option_text(value)
            ->envname(variable)
            ->check(CLI::Validator(
                [&target](const std::string& given) { return read_seconds(given, target); }, "SECONDS"));
    };
    add_seconds("--leader-elect-lease-duration",
                "REGCRED_LEADER_ELECT_LEASE_DURATION",
                "SECONDS (default: 15s)",
                "How long the others wait for a leader that does not renew it",
                texts.duration,
                result.lease.lease_duration);
    add_seconds("--leader-elect-renew-deadline",
                "REGCRED_LEADER_ELECT_RENEW_DEADLINE",
                "SECONDS (default: 10s)",
                "How long the leader tries to renew the Lease before it stops",
                texts.deadline,
                result.lease.renew_deadline);
    add_seconds("--leader-elect-retry-period",
                "REGCRED_LEADER_ELECT_RETRY_PERIOD",
                "SECONDS (default: 2s)",
                "The time between two tries to renew the Lease",
                texts.period,
                result.lease.retry_period);
}

/// Each name once, and "*" alone.
void normalize_names(config& result) {
    remove_duplicates(result.secret_names);
    remove_duplicates(result.service_accounts);
    auto& accounts = result.service_accounts;
    if (std::ranges::find(accounts, every_account) != accounts.end()) accounts = {std::string(every_account)};
}

}  // namespace

exit_now exit_for(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    if (code == 0) return exit_now{.code = 0, .text = out.str()};
    const std::string_view message = error.what();
    const auto name = std::string(message.substr(0, message.find(':')));
    const auto* owner = &app;
    while (owner->get_option_no_throw(name) == nullptr && !owner->get_subcommands().empty())
        owner = owner->get_subcommands().front();
    const auto* option = owner->get_option_no_throw(name);
    // "--secret-names: 1 required TEXT:NAME missing"
    if (option == nullptr || !message.ends_with(" missing")) return exit_now{.code = 2, .text = err.str()};
    const bool is_list = option->get_expected_max() > 1;
    return exit_now{.code = 2,
                    .text = fmt::format("{} needs {}\nRun with --help for more information.\n",
                                        name,
                                        is_list ? "at least one name" : "a value")};
}

std::optional<std::string> kubeconfig_path(const config& options, const environment& variable) {
    if (!options.kubeconfig.empty()) return options.kubeconfig;
    if (const char* list = variable("KUBECONFIG"); list != nullptr && *list != '\0') return list;
    if (variable("KUBERNETES_SERVICE_HOST") != nullptr) return std::nullopt;
    const char* home = variable("HOME");
    return fmt::format("{}/.kube/config", home != nullptr ? home : "");
}

std::variant<config, exit_now> parse_command_line(int argc, const char* const* argv) {
    config result;
    CLI::App app(description, "regcred-controller");
    app.footer(footer);
    app.set_version_flag("--version", fmt::format("regcred-controller {}", version()));
    app.get_formatter()->column_width(34);
    add_scope_options(app, result);
    add_connection_options(app, result);
    add_log_options(app, result);
    std::string address;
    add_probe_options(app, address, result);
    std::string metrics_address;
    add_metrics_options(app, metrics_address, result);
    lease_texts lease;
    add_leader_election_options(app, lease, result);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return exit_for(app, error);
    }
    if (const auto fault = runtime::fault_of(result.lease); !fault.empty())
        return exit_now{.code = 2, .text = fmt::format("--leader-elect-*: {}\n", fault)};
    if (const auto fault = fault_of(result.metrics); !fault.empty())
        return exit_now{.code = 2, .text = fault + "\n"};
    normalize_names(result);
    return result;
}
