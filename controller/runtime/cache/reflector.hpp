// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/cache/watch_fsm.hpp"
#include "runtime/cache/watch_health.hpp"
#include "runtime/cache/watch_sink.hpp"
#include "runtime/cache/watch_source.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace runtime {

struct reflector_options {
    std::string name;  // what logs call it: "secrets named regcred"
    watch_policy policy{};
    std::function<void()> on_synced;  // called once, after the first complete view
};

/// Keeps a sink equal to what the API server has: does what watch_fsm says, and decides nothing itself.
/// `source`, `sink` and `log` must outlive it.
class reflector {
 public:
    reflector(boost::asio::any_io_executor executor,
              watch_source& source,
              watch_sink& sink,
              const logger& log,
              random_source random,
              reflector_options options);

    /// Until stop(), or until the client is closed (error_kind::cancelled).
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// A sleep ends at once; a request or a stream that is open ends when the client is closed.
    void stop();

    [[nodiscard]] const std::string& name() const noexcept { return options_.name; }
    [[nodiscard]] const watch_health& health() const noexcept { return health_; }

 private:
    [[nodiscard]] boost::asio::awaitable<void> read_page(watch_action action);
    [[nodiscard]] boost::asio::awaitable<void> read_stream(watch_action action);
    void take_page(const kube::list_page& page);
    [[nodiscard]] bool take_event(const kube::watch_event& event);  // false: the stream is to be closed
    void begin_view(const watch_action& action);
    void view_complete(const std::string& resource_version);
    void heard();
    void works();
    void failed(const kube::error& why);
    void refused();
    void report(const std::string& why);

    watch_source& source_;
    watch_sink& sink_;
    const logger& log_;
    reflector_options options_;
    watch_fsm fsm_;
    wakeup sleep_;
    watch_health health_;
};

}  // namespace runtime
