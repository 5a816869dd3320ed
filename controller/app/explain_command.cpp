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

constexpr int something_is_wrong = 1;
constexpr int nothing_can_be_told = 2;

kube::result<kube::connection_config> find_server(const explain_options& options) {
    config where;
    where.kubeconfig = options.kubeconfig;
    const auto path = kubeconfig_path(where, [](const char* name) { return std::getenv(name); });
    if (!path) return kube::in_cluster_config();
    auto server = kube::kubeconfig(*path, {.context = options.context, .takes_exec = true});
    if (!server) return server;
    if (const auto in = kube::log_in_with_plugin(*server); in.has_error()) return in.error();
    return server;
}

kube::result<explain::observation> observe(kube::connection_config server,
                                           const std::string& namespace_name,
                                           const std::string& pod) {
    boost::asio::io_context io(1);
    server.user_agent = user_agent("kubectl-regcred");
    kube::client client(io.get_executor(), std::move(server));
    if (const auto prepared = client.prepare(); prepared.has_error()) return prepared.error();
    std::optional<kube::result<explain::observation>> seen;
    std::exception_ptr fault;
    boost::asio::co_spawn(
        io, explain::observe(client, namespace_name, pod), [&](std::exception_ptr thrown, auto result) {
            fault = std::move(thrown);
            if (!fault) seen.emplace(std::move(result));
            client.close();
            io.stop();
        });
    io.run();
    if (fault) std::rethrow_exception(fault);
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
    auto server = find_server(options);
    if (!server) {
        fmt::print(stderr, "regcred: {}\n", kube::public_message(server.error()));
        return nothing_can_be_told;
    }
    auto ns = options.namespace_name.empty() ? server->namespace_name : options.namespace_name;
    if (ns.empty()) ns = "default";
    const auto seen = observe(*std::move(server), ns, options.pod);
    if (!seen) {
        fmt::print(stderr, "regcred: Pod {}/{}: {}\n", ns, options.pod, kube::public_message(seen.error()));
        return nothing_can_be_told;
    }
    const auto answers = explain::explain_images(*seen);
    fmt::print("{}", explain::report_of(*seen, answers));
    return explain::all_good(answers) ? EXIT_SUCCESS : something_is_wrong;
}
