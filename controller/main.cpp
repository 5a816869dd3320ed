// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/config.hpp"
#include "app/explain_command.hpp"
#include "app/probes.hpp"
#include "app/process_setup.hpp"
#include "app/version.hpp"
#include "kube/client/client.hpp"
#include "kube/config/connection_config.hpp"
#include "net/http_server.hpp"
#include "reconcile/controller.hpp"
#include "runtime/log/descriptor_sink.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds shutdown_limit{5};
constexpr std::chrono::milliseconds drain_limit{500};

kube::result<kube::connection_config> connection_of(const config& options) {
    const auto path = kubeconfig_path(options, [](const char* name) { return std::getenv(name); });
    auto server =
        path ? kube::kubeconfig(
                   *path, {.context = {}, .allow_exec = false, .single_file = !options.kubeconfig.empty()})
             : kube::in_cluster_config();
    if (server) server->field_manager = v1alpha1::field_manager;
    return server;
}

std::string host_name() {
    std::string name(256, '\0');
    if (gethostname(name.data(), name.size() - 1) != 0) return "unknown";
    name.resize(name.find('\0'));
    return name;
}

runtime::random_source make_random() {
    // Shared: a copy of the function must not give the same numbers again, or all watches retry together.
    return [engine = std::make_shared<std::mt19937_64>(std::random_device{}())] {
        return std::uniform_real_distribution<double>(0.0, 1.0)(*engine);
    };
}

/// Waits for SIGTERM, which the kubelet sends, or SIGINT, and returns its number. A second one has its
/// default effect: another Ctrl-C ends the process at once.
asio::awaitable<int> wait_for_shutdown_signal() {
    const auto executor = co_await asio::this_coro::executor;
    asio::signal_set signals(executor, SIGTERM, SIGINT);
    co_return co_await signals.async_wait(asio::use_awaitable);
}

/// Shuts the program down in order after SIGTERM or SIGINT.
asio::awaitable<void> shut_down_on_signal(asio::io_context& io,
                                          reconcile::controller& work,
                                          kube::client& client,
                                          net::http_server& probes,
                                          const runtime::logger& log) {
    const int signal = co_await wait_for_shutdown_signal();
    log.info("shutting down", {{"signal", signal}});
    const bool ended = co_await work.stop(shutdown_limit);
    if (!ended) log.warn("shutdown timed out, remaining work cancelled");
    probes.close();
    client.close();
    io.stop();
}

kube::client_observer observe_client(const runtime::logger& log, runtime::metrics_registry& metrics) {
    auto& refusals = metrics.counters("regcred_credential_refusals_total",
                                      "Refusals of the controller's own certificates and token.",
                                      {"credential"});
    for (const char* credential : {"certificates", "token"})
        refusals.with({credential});
    auto& warnings = metrics.counters("regcred_api_warnings_total", "Different warnings of the API server.");
    return {.refused =
                [&](std::string_view credential, const std::string& message) {
                    refusals.with({std::string(credential)}).add();
                    log.error("controller's credentials refused",
                              {{"credential", credential}, {"error", message}});
                },
            .warned =
                [&](const std::string& text) {
                    warnings.with({}).add();
                    log.warn("API server warning", {{"warning", text}});
                }};
}

reconcile::controller::settings settings_of(const config& options,
                                            const std::string& own_namespace,
                                            const runtime::wall_clock& clock,
                                            std::function<void()> on_rewind) {
    return {.scope = {.own_namespace = own_namespace, .secret_names = options.secret_names},
            .service_accounts = options.service_accounts,
            .require_admission_policy = options.require_admission_policy,
            .approve_deletions = options.deletion_guard == "approve",
            .instance = host_name(),
            .random = make_random(),
            .clock = clock,
            .on_rewind = std::move(on_rewind)};
}

int run(const config& options, kube::connection_config server) {
    asio::io_context io(1);
    const auto clock = [] { return std::chrono::system_clock::now(); };
    const auto format = runtime::log_format_of(options.log_format).value();
    runtime::descriptor_sink sink(io.get_executor(), STDERR_FILENO, format, clock);
    const runtime::drain_at_exit drained(sink, drain_limit);
    const runtime::logger log(sink, runtime::log_level_of(options.log_level).value(), format, clock);

    const auto own_namespace =
        options.namespace_name.empty() ? server.namespace_name : options.namespace_name;
    log.info("starting",
             {{"version", version()}, {"server", server.server.authority()}, {"namespace", own_namespace}});
    runtime::metrics_registry metrics;
    kube::client client(io.get_executor(), std::move(server));
    client.set_observer(observe_client(log, metrics));
    if (const auto prepared = client.load_certificates(); prepared.has_error()) {
        log.error("cannot use the certificates for the API server",
                  {{"error", kube::public_message(prepared.error())}});
        return EXIT_FAILURE;
    }
    int exit_code = EXIT_SUCCESS;
    reconcile::controller work(
        io.get_executor(), client, log, metrics, settings_of(options, own_namespace, clock, [&] {
            log.error("API server's data is older than before; exiting",
                      {{"exit_code", EXIT_FAILURE},
                       {"message", "as after a restore of etcd; a restart reads everything again"}});
            exit_code = EXIT_FAILURE;
            io.stop();
        }));
    const auto state = [&] { return readiness{.ready = work.ready(), .failures = work.explain()}; };
    net::http_server probes(io.get_executor(),
                            [&](std::string_view path) { return probe_page(path, state, metrics); });
    if (const auto bound = probes.listen(options.listen_host, options.listen_port); bound.has_error()) {
        log.error("cannot serve /healthz, /readyz and /metrics; see --listen-address",
                  {{"error", bound.error().what}});
        return EXIT_FAILURE;
    }
    log.info("listening", {{"address", options.listen_host}, {"port", probes.port()}});
    work.start();
    asio::co_spawn(io, shut_down_on_signal(io, work, client, probes, log), asio::detached);
    io.run();
    log.info("stopped");
    return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
    set_up_process();
    if (is_explain_command(argc, argv))
        return run_guarded("regcred", 2, [&] { return explain_command(argc, argv); });
    ignore_hangup();
    const auto parsed = parse_command_line(argc, argv);
    if (const auto* end = std::get_if<exit_now>(&parsed)) {
        fmt::print(end->code == 0 ? stdout : stderr, "{}", end->text);
        return end->code;
    }
    const auto& options = std::get<config>(parsed);
    auto server = connection_of(options);
    if (server.has_error()) {
        fmt::print(stderr, "regcred-controller: {}\n", kube::public_message(server.error()));
        return 2;
    }
    if (options.namespace_name.empty() && server->namespace_name.empty()) {
        fmt::print(stderr,
                   "regcred-controller: --namespace is missing: give the namespace of the source Secrets\n");
        return 2;
    }
    server->user_agent = user_agent("regcred-controller");
    return run_guarded("regcred-controller", 70, [&] { return run(options, std::move(*server)); });
}
