// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "config.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <sstream>
#include <string_view>

#ifndef REGCRED_VERSION
#error "REGCRED_VERSION is given by the build"
#endif

namespace {

constexpr auto description =
    "Keeps a pull Secret in every namespace that a RegistryCredential selects.\n"
    "\n"
    "In a cluster it needs no flags. Outside, give it --kubeconfig and --namespace: the namespace\n"
    "whose Secrets are the sources of credentials.";

constexpr auto footer =
    "Install with 'kubectl apply -f crds/' and 'kubectl apply -k deploy/'; ask 'kubectl get "
    "registrycredentials' how it goes.";

/// RFC 1123 subdomain, as the API server demands of a Secret's name.
std::string check_secret_name(const std::string& name) {
    const bool shape =
        !name.empty() && name.size() <= 253 &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos &&
        name.find_first_of("-.") != 0 && name.find_last_of("-.") != name.size() - 1;
    return shape ? std::string{}
                 : fmt::format("'{}' is not a Secret name: lower-case letters, digits, '-' and '.'", name);
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

std::variant<config, exit_now> parse_command_line(int argc, const char* const* argv) {
    config result;
    CLI::App app(description, "regcred-controller");
    app.footer(footer);
    app.set_version_flag("--version", std::string("regcred-controller ") + REGCRED_VERSION);
    app.add_option("--secret-names",
                   result.secret_names,
                   "Names that RegistryCredentials may use for their Secrets, separated by commas")
        ->delimiter(',')
        ->envname("REGCRED_SECRET_NAMES")
        ->check(CLI::Validator(check_secret_name, "NAME"))
        ->capture_default_str();
    app.add_option("--namespace",
                   result.namespace_name,
                   "The controller's own namespace, where the source Secrets are")
        ->envname("REGCRED_NAMESPACE");
    app.add_option("--kubeconfig",
                   result.kubeconfig,
                   "Path of a kubeconfig; default: in-cluster, else KUBECONFIG, else ~/.kube/config");
    app.add_option("--log-level", result.log_level, "debug, info, warn or error")
        ->envname("REGCRED_LOG_LEVEL")
        ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
        ->capture_default_str();
    app.add_option("--log-format", result.log_format, "json, or text for people")
        ->envname("REGCRED_LOG_FORMAT")
        ->check(CLI::IsMember({"json", "text"}))
        ->capture_default_str();
    std::string address = "127.0.0.1:8080";
    app.add_option("--listen-address", address, "Where /healthz, /readyz and /metrics are served")
        ->envname("REGCRED_LISTEN_ADDRESS")
        ->check(CLI::Validator([&result](const std::string& text) { return split_address(text, result); },
                               "ADDRESS:PORT"))
        ->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(e, out, err);
        return exit_now{.code = code == 0 ? 0 : 2, .text = code == 0 ? out.str() : err.str()};
    }
    return result;
}
