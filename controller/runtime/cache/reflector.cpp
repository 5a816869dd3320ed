// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/reflector.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace runtime {

namespace {

time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

bool all_failing_for(duration limit, const std::vector<watch_health>& watches, time_point now) {
    return !watches.empty() && std::ranges::all_of(watches, [&](const watch_health& health) {
        return health.failing_since && now - *health.failing_since >= limit;
    });
}

reflector::reflector(boost::asio::any_io_executor executor,
                     watch_source& source,
                     watch_sink& sink,
                     const logger& log,
                     random_source random,
                     reflector_options options)
    : source_(source),
      sink_(sink),
      log_(log),
      options_(std::move(options)),
      guard_(options_.policy.rewind_proof),
      fsm_(options_.policy, random, guard_),
      audit_(options_.policy, std::move(random), guard_),
      wakeup_(executor),
      audit_wakeup_(std::move(executor)) {}

boost::asio::awaitable<void> reflector::run() {
    using namespace boost::asio::experimental::awaitable_operators;
    co_await (watch() && audit());
}

boost::asio::awaitable<void> reflector::watch() {
    for (;;) {
        const watch_action action = fsm_.next(now());
        switch (action.step) {
            case watch_step::stop:
                stop();  // the audit too: the client is closed
                co_return;
            case watch_step::sleep:
                co_await wakeup_.wait_until(now() + action.delay);
                break;
            case watch_step::list_page:
                co_await read_page(action);
                break;
            case watch_step::stream_list:
            case watch_step::watch:
                co_await read_stream(action);
                break;
        }
    }
}

void reflector::stop() {
    fsm_.stop();
    audit_.stop();
    wakeup_.notify_all();
    audit_wakeup_.notify_all();
}

boost::asio::awaitable<void> reflector::read_page(watch_action action) {
    begin_list(action);
    kube::list_options options;
    options.continue_token = action.continue_token;
    options.limit = action.limit;
    const auto page = co_await source_.list(std::move(options));
    if (page) {
        handle_page(*page);
    } else {
        failed(page.error());
    }
}

boost::asio::awaitable<void> reflector::read_stream(watch_action action) {
    begin_list(action);
    kube::watch_options options;
    options.resource_version = action.resource_version;
    options.send_initial_events = action.step == watch_step::stream_list;
    options.timeout = action.timeout;
    const auto opened = co_await source_.watch(std::move(options));
    if (!opened) {
        failed(opened.error());
        co_return;
    }
    health_.last_received = now();
    fsm_.opened(health_.last_received);
    // A streaming list works once it is complete; a resumed watch may be silent for long.
    if (action.step == watch_step::watch) recovered();
    for (;;) {
        const auto event = co_await (*opened)->next();
        if (!event) {
            failed(event.error());
            co_return;
        }
        if (!handle_event(*event)) co_return;
    }
}

void reflector::handle_page(const kube::list_page& page) {
    health_.last_received = now();
    // The items first: if one cannot be identified the page is not usable, and fsm_ must not count it.
    for (const kube::json& object : page.items) {
        if (const auto taken = sink_.item(object); !taken) return failed(taken.error());
    }
    switch (fsm_.page(page.resource_version, page.continue_token, now())) {
        case received_as::list_complete:
            return end_list(page.resource_version);
        case received_as::refused:
            return refused();
        default:
            return;
    }
}

bool reflector::handle_event(const kube::watch_event& event) {
    health_.last_received = now();
    const auto meaning = fsm_.received(event, health_.last_received);
    switch (meaning) {
        case received_as::list_complete:
            end_list(event.resource_version);
            return true;
        case received_as::nothing:
            return true;
        case received_as::refused:
            refused();
            return false;
        case received_as::part_of_list:
        case received_as::change:
            break;
    }
    const auto taken = meaning == received_as::change ? sink_.event(event) : sink_.list_event(event);
    if (!taken) failed(taken.error());
    return taken.has_value();
}

void reflector::begin_list(const watch_action& action) {
    if (!action.begins_list) return;
    audit_.abandon();
    sink_.begin_replace();
}

void reflector::end_list(const std::string& resource_version) {
    recovered();
    audit_.listed(now());
    sink_.end_replace(resource_version);
    if (std::exchange(health_.synced, true)) return;
    log_.info("watch synced", {{"watch", options_.name}, {"resource_version", resource_version}});
    if (options_.on_synced) options_.on_synced();
}

void reflector::recovered() {
    if (!health_.failing_since) return;
    log_.info("watch recovered", {{"watch", options_.name}, {"duration_ms", now() - *health_.failing_since}});
    health_.failing_since.reset();
    health_.last_error.clear();
    if (options_.on_health) options_.on_health();
}

void reflector::failed(const kube::error& error) {
    const bool is_fault = fsm_.failed(error, now());
    if (!fsm_.list_continues()) sink_.abandon_replace();
    if (is_fault) return report_failure(error.kind, kube::public_message(error));
    if (error.kind != kube::error_kind::cancelled) ++health_.ended;
    log_.debug("watch ended", {{"watch", options_.name}, {"error_kind", kube::to_string(error.kind)}});
}

void reflector::refused() {
    sink_.abandon_replace();
    report_failure(kube::error_kind::malformed, std::string(guard_.refusal()));
    check_rewind();
}

void reflector::report_failure(kube::error_kind kind, const std::string& message) {
    const auto failed_at = now();
    ++health_.failed;
    if (!health_.failing_since || health_.last_kind != kind) health_.same_kind_since = failed_at;
    health_.last_kind = kind;
    if (!health_.failing_since) health_.failing_since = failed_at;
    if (health_.last_error != message) {  // one line for one failure, however often it is retried
        log_.warn("watch failed; retrying", {{"watch", options_.name}, {"error", message}});
        health_.last_error = message;
    }
    if (options_.on_health) options_.on_health();
}

}  // namespace runtime
