// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/client/watch.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "runtime/cache/audit_fsm.hpp"
#include "runtime/cache/version_guard.hpp"
#include "runtime/cache/watch_fsm.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace runtime {

/// What a reflector lists and watches.
class watch_source {
 public:
    virtual ~watch_source() = default;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) = 0;
    [[nodiscard]] virtual boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) = 0;
};

/// One scope of an API server. `client` must outlive it.
class client_watch_source final : public watch_source {
 public:
    client_watch_source(kube::client& client, kube::scope scope)
        : client_(client), scope_(std::move(scope)) {}
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::list_page>> list(
        kube::list_options options) override {
        return client_.list(scope_, std::move(options));
    }
    [[nodiscard]] boost::asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> watch(
        kube::watch_options options) override {
        return client_.watch(scope_, std::move(options));
    }

 private:
    kube::client& client_;
    kube::scope scope_;
};

/// Takes what a reflector reads. item(), list_event() and event() fail only if the object cannot be
/// identified: then the list or the stream cannot be trusted and starts again. An object that is identified
/// but cannot be decoded is not an error: the sink keeps its last known state, so that it does not look
/// deleted.
class watch_sink {
 public:
    virtual ~watch_sink() = default;
    /// A list begins; one that was not ended is dropped.
    virtual void begin_replace() = 0;
    /// Of the list that was begun, from whose end it counts: an object, or an event of a streaming list.
    [[nodiscard]] virtual kube::result<void> item(const kube::json& object) = 0;
    [[nodiscard]] virtual kube::result<void> list_event(const kube::watch_event& event) = 0;
    virtual void end_replace(const std::string& resource_version) = 0;
    /// The list that was begun, if any, will not be completed.
    virtual void abandon_replace() = 0;
    /// An object was added, modified or deleted, perhaps while a list is read: it counts at once.
    [[nodiscard]] virtual kube::result<void> event(const kube::watch_event& event) = 0;
    /// How many objects exist that cannot be decoded.
    [[nodiscard]] virtual std::size_t unreadable() const { return 0; }
};

/// The state of a watch, for readiness and metrics. A watch that fails leaves the sink as it was: possibly
/// out of date, never taken for empty.
struct watch_health {
    bool synced = false;                      // a complete list was read at least once
    std::optional<time_point> failing_since;  // empty while the watch works
    std::string last_error;                   // fit for a log; empty while the watch works
    // Meaningful while the watch fails: the kind of its last failure, and since when all had that kind.
    kube::error_kind last_kind = kube::error_kind::other;
    time_point same_kind_since = time_point::min();
    // For metrics.
    time_point last_received = time_point::min();  // an answer, a page, an event or a bookmark
    std::uint64_t ended = 0;                       // how often the watch ended as it should, and began again
    std::uint64_t failed = 0;                      // how often the watch or its list failed
};

/// Whether all of these watches have failed for at least `limit`: the caches are cut off from the API server.
/// A watch that fails alone, without permission for example, does not count. False without watches.
[[nodiscard]] bool all_failing_for(duration limit, const std::vector<watch_health>& watches, time_point now);

struct reflector_options {
    std::string name;  // the field `watch` of log lines: "namespaces"
    watch_policy policy{};
    std::function<void()> on_synced;  // called once, after the first complete list
    // The initializers let designated ones leave these out.
    // NOLINTBEGIN(readability-redundant-member-init)
    std::function<void()> on_health = nullptr;  // called after each failure, and when the watch recovers
    std::function<void()> on_rewind = nullptr;  // the API server's state went back in time, see version_guard
    // NOLINTEND(readability-redundant-member-init)
};

/// Keeps a sink equal to the state of the API server. Does what watch_fsm says, and beside the watch what
/// audit_fsm says, and decides nothing itself.
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
    [[nodiscard]] std::size_t unreadable() const { return sink_.unreadable(); }

 private:
    [[nodiscard]] boost::asio::awaitable<void> watch();
    [[nodiscard]] boost::asio::awaitable<void> audit();
    [[nodiscard]] boost::asio::awaitable<void> read_page(watch_action action);
    [[nodiscard]] boost::asio::awaitable<void> read_stream(watch_action action);
    [[nodiscard]] boost::asio::awaitable<void> audit_page(audit_action action);
    [[nodiscard]] boost::asio::awaitable<void> audit_stream(audit_action action);
    [[nodiscard]] bool audit_event(const kube::watch_event& event);  // false: close the stream
    void end_audit(received_as result, const std::string& resource_version);
    void audit_failed(const kube::error& error, bool was_open);
    void check_rewind();
    void handle_page(const kube::list_page& page);
    [[nodiscard]] bool handle_event(const kube::watch_event& event);  // false: close the stream
    void begin_list(const watch_action& action);
    void end_list(const std::string& resource_version);
    void recovered();
    void failed(const kube::error& error);
    void refused();
    void report_failure(kube::error_kind kind, const std::string& message);

    watch_source& source_;
    watch_sink& sink_;
    const logger& log_;
    reflector_options options_;
    version_guard guard_;
    watch_fsm fsm_;
    audit_fsm audit_;
    wakeup wakeup_;
    wakeup audit_wakeup_;
    watch_health health_;
};

}  // namespace runtime
