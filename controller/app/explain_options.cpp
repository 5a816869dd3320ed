// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_options.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sstream>
#include <string_view>

namespace {

constexpr std::string_view plugin_name = "kubectl-regcred";

constexpr auto pod_description =
    "Says for each image of a Pod which pull Secrets the kubelet finds, which of their entries match\n"
    "and in which order they are tried, what is wrong, and what to do. It only reads, with your own\n"
    "rights, and asks no registry. Passwords are never shown; user names and registries are.";

constexpr auto pod_footer =
    "Exit code: 0 when every image has a credential that the kubelet would use: an entry matches that has\n"
    "a user and a password, no listed Secret is broken or unreadable, and the registry has not refused\n"
    "the pull. An image that no entry matches is pulled without a credential: 1, unless its container\n"
    "has run, or its imagePullPolicy is Never. 1 also for every other fault; 2 when nothing could be told:\n"
    "a mistake in the command, no connection, no such Pod.\n"
    "\n"
    "Needs the right to get the Pod and the Secrets that it lists. With the right to read its\n"
    "ServiceAccount, its Namespace and RegistryCredentials the advice is better.";

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// NAMESPACE/NAME, or a name beside --namespace.
std::string take_pod(const std::string& text, explain_options& options) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) {
        options.pod = text;
        return {};
    }
    const auto ns = text.substr(0, slash);
    options.pod = text.substr(slash + 1);
    if (!options.namespace_name.empty() && options.namespace_name != ns)
        return "give the namespace once: in NAMESPACE/NAME, or with --namespace";
    options.namespace_name = ns;
    const bool whole = !ns.empty() && !options.pod.empty() && options.pod.find('/') == std::string::npos;
    return whole ? std::string() : "the Pod is named NAMESPACE/NAME, or NAME with --namespace";
}

}  // namespace

bool is_explain_command(int argc, const char* const* argv) {
    if (argc > 0 && file_name(argv[0]) == plugin_name) return true;
    return argc > 1 && std::string_view(argv[1]) == "explain";
}

std::variant<explain_options, exit_now> parse_explain_command_line(int argc, const char* const* argv) {
    explain_options options;
    const bool is_plugin = argc > 0 && file_name(argv[0]) == plugin_name;
    CLI::App app("Says why images of a Pod can or cannot be pulled.",
                 is_plugin ? "kubectl regcred" : "regcred-controller");
    app.require_subcommand(1);
    auto* explain = app.add_subcommand("explain", "Say why images can or cannot be pulled");
    explain->require_subcommand(1);
    auto* pod = explain->add_subcommand("pod", pod_description)->alias("pods")->alias("po");
    pod->footer(pod_footer);
    pod->get_formatter()->column_width(34);
    std::string name;
    pod->add_option("POD", name, "NAMESPACE/NAME, or NAME with --namespace")->required()->option_text(" ");
    pod->add_option(
           "-n,--namespace", options.namespace_name, "Default: the kubeconfig context's, else 'default'")
        ->option_text("NAME");
    pod->add_option("--context", options.context, "Which context of the kubeconfig; default: the current one")
        ->option_text("NAME");
    pod->add_option("--kubeconfig", options.kubeconfig, "Default: $KUBECONFIG, else ~/.kube/config")
        ->option_text("FILE");
    try {
        app.parse(argc, argv);
        if (auto mistake = take_pod(name, options); !mistake.empty())
            throw CLI::ValidationError("POD", mistake);
    } catch (const CLI::ParseError& e) {
        std::ostringstream out;
        std::ostringstream err;
        const int code = app.exit(e, out, err);
        return exit_now{.code = code == 0 ? 0 : 2, .text = code == 0 ? out.str() : err.str()};
    }
    return options;
}
