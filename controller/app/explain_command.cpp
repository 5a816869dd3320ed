// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_command.hpp"

#include "app/config.hpp"
#include "app/version.hpp"
#include "explain/explanation.hpp"
#include "explain/observation.hpp"
#include "explain/report.hpp"
#include "kube/client/client.hpp"
#include "kube/config/connection_config.hpp"
#include "util/ascii.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr std::string_view plugin_name = "kubectl-regcred";

constexpr auto pod_description =
    "Show for each image of a Pod the credentials that the kubelet\n"
    "tries, in its order, what is wrong and what to do";

constexpr auto pod_footer =
    "Exit code:\n"
    "  0  Every image has credentials that the kubelet would use: an entry with a username and a\n"
    "     password matches, no listed Secret is broken or unreadable, and the registry has not refused\n"
    "     the pull. Also for an image that no entry matches, if its container has run or its\n"
    "     imagePullPolicy is Never.\n"
    "  1  Some image has no such credentials, has no valid name, or is missing on the node.\n"
    "  2  No diagnosis was possible: a mistake in the command, no connection, no such Pod.\n"
    "\n"
    "It only reads, with your own permissions, and contacts no registry. It shows usernames and\n"
    "registries, but no passwords. It needs permission to get the Pod and the Secrets that the Pod lists.\n"
    "With permission to read its ServiceAccount, its Namespace and RegistryCredentials it gives better\n"
    "advice. It goes through the proxy of proxy-url in the kubeconfig, else of HTTPS_PROXY, unless\n"
    "NO_PROXY excepts the server.";

constexpr auto usage =
    "write 'explain pod NAMESPACE/NAME', or 'explain pod NAME --namespace NAMESPACE'\n"
    "Run with --help for more information.\n";

std::string_view file_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

/// NAMESPACE/NAME, or a name beside --namespace.
std::string read_pod_name(const std::string& text, explain_options& options) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) {
        options.pod = text;
        return {};
    }
    const auto ns = text.substr(0, slash);
    options.pod = text.substr(slash + 1);
    if (!options.namespace_name.empty() && options.namespace_name != ns)
        return "give the namespace only once: either in NAMESPACE/NAME or with --namespace";
    options.namespace_name = ns;
    const bool valid = !ns.empty() && !options.pod.empty() && options.pod.find('/') == std::string::npos;
    return valid ? std::string() : "write NAMESPACE/NAME, or NAME with --namespace";
}

/// 10s, 2m or 1h as kubectl takes them, or a number of seconds.
std::string read_timeout(std::string_view text, explain_options& options) {
    std::uint32_t unit = 1;
    if (text.ends_with('m')) unit = 60;
    if (text.ends_with('h')) unit = 3600;
    if (unit > 1 || text.ends_with('s')) text.remove_suffix(1);
    const auto count = util::read_decimal<std::uint16_t>(text);
    if (!count || *count == 0) return "write a time such as 10s, 2m or 1h";
    options.request_timeout = std::chrono::seconds(*count * unit);
    return {};
}

constexpr int exit_problem_found = 1;
constexpr int exit_no_diagnosis = 2;

kube::result<kube::connection_config> connection_of(const explain_options& options) {
    config flags;
    flags.kubeconfig = options.kubeconfig;
    const auto variable = [](const char* name) -> const char* { return std::getenv(name); };
    const auto path = kubeconfig_path(flags, variable);
    auto server = path ? kube::kubeconfig(*path,
                                          {.context = options.context,
                                           .allow_exec = true,
                                           .single_file = !options.kubeconfig.empty(),
                                           .proxy_environment = variable})
                       : kube::in_cluster_config();
    if (!server) return server;
    server->impersonate = options.user;
    if (const auto login = kube::log_in_with_plugin(*server); login.has_error()) return login.error();
    return server;
}

kube::result<explain::observation> observe(kube::connection_config server,
                                           const std::string& namespace_name,
                                           const explain_options& options) {
    boost::asio::io_context io(1);
    server.user_agent = user_agent("kubectl-regcred");
    net::http_limits limits;
    limits.total = options.request_timeout;
    kube::client client(io.get_executor(), std::move(server), limits);
    if (const auto prepared = client.load_certificates(); prepared.has_error()) return prepared.error();
    std::optional<kube::result<explain::observation>> seen;
    std::exception_ptr error;
    boost::asio::co_spawn(io,
                          explain::observe(client, namespace_name, options.pod),
                          [&](std::exception_ptr thrown, auto result) {
                              error = std::move(thrown);
                              if (!error) seen.emplace(std::move(result));
                              client.close();
                              io.stop();
                          });
    io.run();
    if (error) std::rethrow_exception(error);
    return *std::move(seen);
}

}  // namespace

bool is_explain_command(int argc, const char* const* argv) {
    if (argc > 0 && file_name(argv[0]) == plugin_name) return true;
    return argc > 1 && std::string_view(argv[1]) == "explain";
}

std::variant<explain_options, exit_now> parse_explain_command_line(int argc, const char* const* argv) {
    explain_options options;
    const bool is_plugin = argc > 0 && file_name(argv[0]) == plugin_name;
    CLI::App app("Shows why a Pod can or cannot pull its images.",
                 is_plugin ? "kubectl regcred" : "regcred-controller");
    app.require_subcommand(1);
    auto* explain = app.add_subcommand("explain", "Show why a Pod can or cannot pull its images");
    explain->require_subcommand(1);
    auto* pod = explain->add_subcommand("pod", pod_description)->alias("pods")->alias("po");
    pod->footer(pod_footer);
    pod->get_formatter()->column_width(34);
    std::string name;
    pod->add_option("POD", name, "NAMESPACE/NAME, or NAME with --namespace")->required()->option_text(" ");
    pod->add_option("-n,--namespace",
                    options.namespace_name,
                    "The Pod's namespace; default: the kubeconfig context's, else\n'default'")
        ->option_text("NAME");
    pod->add_option("--context", options.context, "The context of the kubeconfig; default: the current one")
        ->option_text("NAME");
    pod->add_option(
           "--kubeconfig", options.kubeconfig, "The kubeconfig; default: $KUBECONFIG, else ~/.kube/config")
        ->option_text("FILE");
    pod->add_option("--as", options.user, "The user to make the requests as")->option_text("USER");
    pod->add_option("--request-timeout",
                    "How long to wait for each response: 10s, 2m or 1h; a number\nalone is seconds")
        ->option_text("TIME (default: 1m)")
        ->check(CLI::Validator([&options](const std::string& text) { return read_timeout(text, options); },
                               "TIME"));
    try {
        app.parse(argc, argv);
        if (auto mistake = read_pod_name(name, options); !mistake.empty())
            throw CLI::ValidationError("POD", mistake);
    } catch (const CLI::RequiredError&) {
        return exit_now{.code = 2, .text = usage};
    } catch (const CLI::ParseError& error) {
        return exit_for(app, error);
    }
    return options;
}

int explain_command(int argc, const char* const* argv) {
    const auto parsed = parse_explain_command_line(argc, argv);
    if (const auto* end = std::get_if<exit_now>(&parsed)) {
        fmt::print(end->code == 0 ? stdout : stderr, "{}", end->text);
        return end->code;
    }
    const auto& options = std::get<explain_options>(parsed);
    auto server = connection_of(options);
    if (!server) {
        fmt::print(stderr, "regcred: {}\n", kube::public_message(server.error()));
        return exit_no_diagnosis;
    }
    auto ns = options.namespace_name.empty() ? server->namespace_name : options.namespace_name;
    if (ns.empty()) ns = "default";
    const auto seen = observe(*std::move(server), ns, options);
    if (!seen) {
        fmt::print(stderr, "regcred: Pod {}/{}: {}\n", ns, options.pod, kube::public_message(seen.error()));
        return exit_no_diagnosis;
    }
    const auto explanations = explain::explain_images(*seen);
    fmt::print("{}", explain::report_of(*seen, explanations));
    return explain::all_good(explanations) ? EXIT_SUCCESS : exit_problem_found;
}
