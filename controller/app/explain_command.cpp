// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/explain_command.hpp"

#include "app/config.hpp"
#include "app/explain_options.hpp"
#include "app/version.hpp"
#include "explain/explanation.hpp"
#include "explain/observer.hpp"
#include "explain/report.hpp"
#include "kube/client/client.hpp"
#include "kube/config/connection_config.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <utility>

namespace {

constexpr int exit_problem_found = 1;
constexpr int exit_no_diagnosis = 2;

kube::result<kube::connection_config> connection_of(const explain_options& options) {
    config flags;
    flags.kubeconfig = options.kubeconfig;
    const auto path = kubeconfig_path(flags, [](const char* name) { return std::getenv(name); });
    auto server = path ? kube::kubeconfig(*path, {.context = options.context, .allow_exec = true})
                       : kube::in_cluster_config();
    if (!server) return server;
    if (const auto login = kube::log_in_with_plugin(*server); login.has_error()) return login.error();
    return server;
}

kube::result<explain::observation> observe(kube::connection_config server,
                                           const std::string& namespace_name,
                                           const std::string& pod) {
    boost::asio::io_context io(1);
    server.user_agent = user_agent("kubectl-regcred");
    kube::client client(io.get_executor(), std::move(server));
    if (const auto prepared = client.load_certificates(); prepared.has_error()) return prepared.error();
    std::optional<kube::result<explain::observation>> seen;
    std::exception_ptr error;
    boost::asio::co_spawn(
        io, explain::observe(client, namespace_name, pod), [&](std::exception_ptr thrown, auto result) {
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
    const auto seen = observe(*std::move(server), ns, options.pod);
    if (!seen) {
        fmt::print(stderr, "regcred: Pod {}/{}: {}\n", ns, options.pod, kube::public_message(seen.error()));
        return exit_no_diagnosis;
    }
    const auto explanations = explain::explain_images(*seen);
    fmt::print("{}", explain::report_of(*seen, explanations));
    return explain::all_good(explanations) ? EXIT_SUCCESS : exit_problem_found;
}
