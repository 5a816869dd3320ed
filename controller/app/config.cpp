// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"

#include "app/version.hpp"
#include "kube/api/names.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <sstream>
#include <string_view>

namespace {

constexpr auto description =
    "Keeps a pull Secret in every namespace that a RegistryCredential selects.\n"
    "\n"
    "In a cluster it needs no flags. Outside, give it --kubeconfig and --namespace: the namespace\n"
    "whose Secrets are the sources of credentials.";

constexpr std::string_view every_account = "*";

constexpr auto footer =
    "Each flag but --kubeconfig can also be given as an environment variable: --log-level as "
    "REGCRED_LOG_LEVEL, and so on; a\nflag wins over its variable.\n\n"
    "'regcred-controller explain pod NAMESPACE/NAME' says why images of a Pod can or cannot be pulled, with "
    "your own "
    "kubeconfig;\nsee its --help. A link to this program named kubectl-regcred makes it 'kubectl regcred "
    "explain pod'.\n\n"
    "Install with 'kubectl apply -f crds/' and 'kubectl apply -k deploy/'; ask 'kubectl get "
    "registrycredentials' how it goes.";

std::string check_secret_name(const std::string& name) {
    if (kube::is_dns1123_subdomain(name)) return {};
    return fmt::format("'{}' is not a Secret name: lower-case letters, digits, '-' and '.'", name);
}

std::string check_account_name(const std::string& name) {
    if (name == every_account || kube::is_dns1123_subdomain(name)) return {};
    return fmt::format("'{}' is not the name of a ServiceAccount, nor '*'", name);
}

/// Each name is one watch.
void drop_repeated(std::vector<std::string>& names) {
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
}

/// "127.0.0.1:8080", "[::]:8080" or ":8080" (every address).
std::string split_address(const std::string& text, config& into) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return "give an address and a port, such as 127.0.0.1:8080 or :8080";
    std::string_view host(text.data(), colon);
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
    into.listen_host = host.empty() ? "::" : std::string(host);
    const char* const end = text.data() + text.size();
    const auto [last, error] = std::from_chars(text.data() + colon + 1, end, into.listen_port);
    if (error != std::errc{} || last != end || colon + 1 == text.size())
        return "the port is a number from 0 to 65535";
    return {};
}

}  // namespace

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
    app.set_version_flag("--version", "regcred-controller " + version());
    app.get_formatter()->column_width(34);
    app.add_option("--secret-names",
                   result.secret_names,
                   "Names that RegistryCredentials may give to their Secrets; deploy/ must allow them too")
        ->option_text("NAME,... (default: regcred)")
        ->delimiter(',')
        ->envname("REGCRED_SECRET_NAMES")
        ->check(CLI::Validator(check_secret_name, "NAME"));
    app.add_option("--service-accounts",
                   result.service_accounts,
                   "Names of ServiceAccounts that may be made to list the Secret, or '*' for all; "
                   "deploy/service-accounts.yaml must allow them too")
        ->option_text("NAME,... (default: default)")
        ->delimiter(',')
        ->envname("REGCRED_SERVICE_ACCOUNTS")
        ->check(CLI::Validator(check_account_name, "NAME"));
    app.add_option("--namespace",
                   result.namespace_name,
                   "The controller's own namespace, where the source Secrets are; default: the Pod's, or the "
                   "kubeconfig context's")
        ->option_text("NAME")
        ->envname("REGCRED_NAMESPACE");
    app.add_option("--kubeconfig",
                   result.kubeconfig,
                   "Where the API server is; default: $KUBECONFIG, else the Pod's own, else ~/.kube/config")
        ->option_text("FILE");
    app.add_option("--log-level", result.log_level, "debug, info, warn or error")
        ->option_text("LEVEL (default: info)")
        ->envname("REGCRED_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
    app.add_option("--log-format", result.log_format, "json, or text for people")
        ->option_text("FORMAT (default: json)")
        ->envname("REGCRED_LOG_FORMAT")
        ->check(CLI::IsMember({"json", "text"}));
    std::string address;
    app.add_option("--listen-address", address, "Where /healthz, /readyz and /metrics are served")
        ->option_text("ADDRESS:PORT (default: 127.0.0.1:8080)")
        ->envname("REGCRED_LISTEN_ADDRESS")
        ->check(CLI::Validator([&result](const std::string& text) { return split_address(text, result); },
                               "ADDRESS:PORT"));
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(e, out, err);
        return exit_now{.code = code == 0 ? 0 : 2, .text = code == 0 ? out.str() : err.str()};
    }
    drop_repeated(result.secret_names);
    drop_repeated(result.service_accounts);
    auto& accounts = result.service_accounts;
    if (std::ranges::find(accounts, every_account) != accounts.end()) accounts = {std::string(every_account)};
    return result;
}
