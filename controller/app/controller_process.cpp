// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/controller_process.hpp"

#include "app/client_metrics.hpp"
#include "app/log_level_switch.hpp"
#include "app/process_metrics.hpp"
#include "app/version.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>
#include <random>
#include <string_view>
#include <utility>

namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds shutdown_limit{5};
constexpr std::chrono::seconds release_limit{2};
constexpr std::chrono::milliseconds drain_limit{500};

/// A renewal that takes longer is tried again. That begins with a read: all three fit into the renew
/// deadline.
net::http_limits lease_limits(const runtime::lease_timing& timing) {
    const auto limit = std::chrono::milliseconds(timing.renew_deadline) / 3;
    net::http_limits limits;
    limits.connect = std::min(limits.connect, limit);
    limits.handshake = std::min(limits.handshake, limit);
    limits.header = limit;
    limits.total = limit;
    limits.connections = 2;  // one for the list that may begin the watch
    return limits;
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

}  // namespace

controller_process::controller_process(const config& options,
                                       kube::connection_config server,
                                       kube::connection_config lease_server)
    : options_(options),
      server_(server.server.authority()),
      clock_([] { return std::chrono::system_clock::now(); }),
      random_(make_random()),
      sink_(io_.get_executor(), STDERR_FILENO, runtime::log_format_of(options.log_format).value(), clock_),
      log_(sink_,
           runtime::log_level_of(options.log_level).value(),
           runtime::log_format_of(options.log_format).value(),
           clock_),
      client_(io_.get_executor(), std::move(server)),
      lease_client_(io_.get_executor(), std::move(lease_server), lease_limits(options.lease)),
      work_(io_.get_executor(), client_, log_, metrics_, controller_settings()),
      elector_(io_.get_executor(), lease_client_, log_, election_settings()),
      probes_(io_.get_executor(), net::at_once([this](const net::server_request& request) {
                  return probe_page(
                      request, [this] { return state(); }, options_.metrics.enabled() ? nullptr : &metrics_);
              })) {
    if (options_.metrics.enabled())
        metrics_server_.emplace(io_.get_executor(), client_, log_, metrics_, options_.metrics);
    register_metrics();
}

reconcile::controller::settings controller_process::controller_settings() {
    return {.scope = {.own_namespace = options_.namespace_name,
                      .secret_names = options_.secret_names,
                      .max_document_bytes = options_.max_document_bytes},
            .service_accounts = options_.service_accounts,
            .require_admission_policy = options_.require_admission_policy,
            .approve_deletions = options_.deletion_guard == "approve",
            .instance = host_name(),
            .random = random_,
            .clock = clock_,
            .on_rewind = [this] {
                abort("API server's data is older than before; exiting",
                      "as after a restore of etcd; a restart reads everything again");
            }};
}

runtime::leader_election_settings controller_process::election_settings() {
    return {.namespace_name = options_.namespace_name,
            .lease_name = options_.lease_name,
            .identity = host_name() + "_" + to_string(boost::uuids::random_generator()()),
            .remedy = fmt::format("the Role regcred-controller in namespace {} must allow it: apply "
                                  "deploy/rbac.yaml",
                                  options_.namespace_name),
            .timing = options_.lease,
            .random = random_,
            .clock = clock_,
            .on_lead = [this] { work_.lead(); },
            .on_lose = [this] { abort("lost the Lease; exiting", "another controller may write now"); }};
}

void controller_process::register_metrics() {
    register_process_metrics(metrics_, clock_());
    metrics_.gauge_func(
        "regcred_ready", "1 while /readyz answers 200.", [this] { return state().ready ? 1.0 : 0.0; });
    metrics_.gauge_func("regcred_leader", "1 while this process may write: it holds the Lease.", [this] {
        return !options_.leader_elect || elector_.leads() ? 1.0 : 0.0;
    });
}

/// Nothing that this process knows may be written any more.
void controller_process::abort(const char* event, const char* message) {
    if (std::exchange(exit_code_, EXIT_FAILURE) == EXIT_FAILURE) return;
    log_.error(event, {{"exit_code", EXIT_FAILURE}, {"message", message}});
    client_.close();
    asio::co_spawn(io_, end(), asio::detached);
}

readiness controller_process::state() const {
    readiness now{
        .ready = work_.ready(std::chrono::steady_clock::now()), .failures = work_.explain(), .role = {}};
    if (!options_.leader_elect) return now;
    now.role = elector_.leads() ? "leader" : "standby";
    if (!elector_.fault().empty()) {
        now.ready = now.ready && elector_.leads();
        now.failures += fmt::format("Lease {}: {}\n", options_.lease_name, elector_.fault());
    }
    return now;
}

/// Shuts the program down in order after SIGTERM or SIGINT. The leader releases the Lease when it has ended
/// all work: another process writes from then on. Others stop competing first, so that they do not begin now.
asio::awaitable<void> controller_process::shut_down_on_signal() {
    const int signal = co_await wait_for_shutdown_signal();
    log_.info("shutting down", {{"signal", signal}});
    if (!elector_.leads()) co_await release();
    const bool ended = co_await work_.stop(shutdown_limit);
    if (!ended) log_.warn("shutdown timed out, remaining work cancelled");
    client_.close();
    co_await end();
}

/// SIGUSR1 asks for a snapshot, SIGUSR2 for another log level.
asio::awaitable<void> controller_process::answer_signals() {
    asio::signal_set signals(io_, SIGUSR1, SIGUSR2);
    for (;;) {
        const auto [fault, signal] = co_await signals.async_wait(asio::as_tuple(asio::use_awaitable));
        if (fault) co_return;
        if (signal == SIGUSR2) {
            log_.set_level(switched(log_.level(), runtime::log_level_of(options_.log_level).value()));
            log_.log(log_.level(), "log level changed", {{"level", to_string(log_.level())}});
        } else {
            log_snapshot();
        }
    }
}

void controller_process::log_snapshot() const {
    work_.log_snapshot();
    const auto usage = read_process_usage();
    const auto now = state();
    log_.log(std::max(runtime::log_level::info, log_.level()),
             "snapshot of process",
             {{"ready", now.ready},
              {"role", now.role},
              {"resident_bytes", usage.resident_bytes},
              {"open_files", usage.open_files},
              {"cpu_seconds", usage.cpu_seconds},
              {"version", version()}});
}

asio::awaitable<void> controller_process::end() {
    probes_.close();
    if (metrics_server_) metrics_server_->close();
    co_await release();
    io_.stop();
}

asio::awaitable<void> controller_process::release() {
    if (!options_.leader_elect) co_return;
    asio::steady_timer limit(io_, release_limit);
    limit.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) lease_client_.close();
    });
    co_await elector_.release(release_limit);
}

bool controller_process::prepare() {
    for (auto* client : {&client_, &lease_client_}) {
        if (const auto loaded = client->load_certificates(); loaded.has_error()) {
            log_.error("cannot use the certificates for the API server",
                       {{"error", kube::public_message(loaded.error())}});
            return false;
        }
    }
    client_.set_observer(observe_client(log_, metrics_));
    if (options_.leader_elect) client_.set_write_gate([this] { return elector_.leads(); });
    lease_client_.limit_pauses(options_.lease.retry_period);
    if (const auto bound = probes_.listen(options_.listen_host, options_.listen_port); bound.has_error()) {
        log_.error("cannot serve /healthz, /readyz and /metrics; see --listen-address",
                   {{"error", bound.error().what}});
        return false;
    }
    if (!metrics_server_) return true;
    if (const auto bound = metrics_server_->listen(); bound.has_error()) {
        log_.error("cannot serve /metrics with TLS; see --metrics-listen-address",
                   {{"error", kube::public_message(bound.error())}});
        return false;
    }
    log_.info("serving /metrics with TLS",
              {{"address", options_.metrics.host}, {"port", metrics_server_->port()}});
    return true;
}

int controller_process::run() {
    const runtime::drain_at_exit drained(sink_, drain_limit);
    log_.info("starting",
              {{"version", version()}, {"server", server_}, {"namespace", options_.namespace_name}});
    if (!prepare()) return EXIT_FAILURE;
    log_.info("listening", {{"address", options_.listen_host}, {"port", probes_.port()}});
    work_.start();
    if (options_.leader_elect) {
        elector_.start();
    } else {
        work_.lead();
    }
    asio::co_spawn(io_, shut_down_on_signal(), asio::detached);
    asio::co_spawn(io_, answer_signals(), asio::detached);
    io_.run();
    log_.info("stopped");
    return exit_code_;
}
