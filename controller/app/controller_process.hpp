// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/config.hpp"
#include "app/metrics_server.hpp"
#include "app/probes.hpp"
#include "kube/client/client.hpp"
#include "kube/config/connection_config.hpp"
#include "net/http_server.hpp"
#include "reconcile/controller.hpp"
#include "runtime/leader_election/leader_elector.hpp"
#include "runtime/log/descriptor_sink.hpp"
#include "runtime/log/log.hpp"
#include "runtime/metrics/metrics.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdlib>
#include <optional>
#include <string>

/// The controller with what a process needs: a log, probes, signals, leader election.
class controller_process {
 public:
    /// Both are the same server. `options.namespace_name` is not empty.
    controller_process(const config& options,
                       kube::connection_config server,
                       kube::connection_config lease_server);

    /// Runs until SIGTERM or SIGINT, or until the process must be started again. Returns the exit code.
    [[nodiscard]] int run();

 private:
    [[nodiscard]] bool prepare();
    void abort(const char* event, const char* message);
    [[nodiscard]] readiness state() const;
    [[nodiscard]] boost::asio::awaitable<void> shut_down_on_signal();
    [[nodiscard]] boost::asio::awaitable<void> answer_signals();
    void log_snapshot() const;
    [[nodiscard]] boost::asio::awaitable<void> end();
    [[nodiscard]] boost::asio::awaitable<void> release();
    [[nodiscard]] reconcile::controller::settings controller_settings();
    [[nodiscard]] runtime::leader_election_settings election_settings();
    void register_metrics();

    const config& options_;
    std::string server_;  // host and port, for the log
    boost::asio::io_context io_{1};
    runtime::wall_clock clock_;
    runtime::random_source random_;
    runtime::descriptor_sink sink_;
    runtime::logger log_;
    runtime::metrics_registry metrics_;
    kube::client client_;
    kube::client lease_client_;
    reconcile::controller work_;
    runtime::leader_elector elector_;
    net::http_server probes_;
    std::optional<metrics_server> metrics_server_;  // nothing: /metrics is one of the probes
    int exit_code_ = EXIT_SUCCESS;
};
