// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cache/watch_fsm.hpp"
#include "runtime/cache/watch_sink.hpp"
#include "runtime/cache/watch_source.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>

namespace runtime {

/// The state of a watch, for readiness and metrics. A watch that fails leaves the sink as it was: possibly
/// out of date, never taken for empty.
struct watch_health {
    bool synced = false;                      // a complete list was read at least once
    std::optional<time_point> failing_since;  // empty while the watch works
    std::string last_error;                   // fit for a log; empty while the watch works
};

struct reflector_options {
    std::string name;  // the field `watch` of log lines: "namespaces"
    watch_policy policy{};
    std::function<void()> on_synced;  // called once, after the first complete list
};

/// Keeps a sink equal to the state of the API server. Does what watch_fsm says and decides nothing itself.
/// `source`, `sink` and `log` must outlive it.
class reflector {
 public:
    reflector(boost::asio::any_io_executor executor,
              watch_source& source,
              watch_sink& sink,
              const logger& log,
              random_source random,
              reflector_options options);

    /// Ends after stop(), or when the client is closed (error_kind::cancelled).
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Ends a sleep at once. An open request or stream ends when the client is closed.
    void stop();

    [[nodiscard]] const std::string& name() const noexcept { return options_.name; }
    [[nodiscard]] const watch_health& health() const noexcept { return health_; }

 private:
    [[nodiscard]] boost::asio::awaitable<void> read_page(watch_action action);
    [[nodiscard]] boost::asio::awaitable<void> read_stream(watch_action action);
    void handle_page(const kube::list_page& page);
    [[nodiscard]] bool handle_event(const kube::watch_event& event);  // false: close the stream
    void begin_list(const watch_action& action);
    void end_list(const std::string& resource_version);
    void recovered();
    void failed(const kube::error& error);
    void refused();
    void report_failure(const std::string& message);

    watch_source& source_;
    watch_sink& sink_;
    const logger& log_;
    reflector_options options_;
    watch_fsm fsm_;
    wakeup wakeup_;
    watch_health health_;
};

}  // namespace runtime
