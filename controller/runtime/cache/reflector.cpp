// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/reflector.hpp"

#include <chrono>
#include <utility>

namespace runtime {

namespace {

time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

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
      fsm_(options_.policy, std::move(random)),
      sleep_(std::move(executor)) {}

boost::asio::awaitable<void> reflector::run() {
    for (;;) {
        const watch_action action = fsm_.next(now());
        switch (action.step) {
            case watch_step::stop:
                co_return;
            case watch_step::sleep:
                co_await sleep_.wait_until(now() + action.delay);
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
    sleep_.notify_all();
}

boost::asio::awaitable<void> reflector::read_page(watch_action action) {
    begin_view(action);
    kube::list_options options;
    options.continue_token = action.continue_token;
    options.limit = action.limit;
    const auto page = co_await source_.list(std::move(options));
    if (page) {
        take_page(*page);
    } else {
        failed(page.error());
    }
}

boost::asio::awaitable<void> reflector::read_stream(watch_action action) {
    begin_view(action);
    kube::watch_options options;
    options.resource_version = action.resource_version;
    options.send_initial_events = action.step == watch_step::stream_list;
    options.timeout = action.timeout;
    const auto opened = co_await source_.watch(std::move(options));
    if (!opened) {
        failed(opened.error());
        co_return;
    }
    fsm_.opened(now());
    ++health_.streams;
    heard();
    // A streaming list proves itself by its end, a watch that is resumed may stay silent for long.
    if (action.step == watch_step::watch) works();
    for (;;) {
        const auto event = co_await (*opened)->next();
        if (!event) {
            failed(event.error());
            co_return;
        }
        if (!take_event(*event)) co_return;
    }
}

void reflector::take_page(const kube::list_page& page) {
    heard();
    // The items first: one that cannot be told apart spoils the page, and then the machine must not have
    // counted it.
    for (const kube::json& object : page.items) {
        if (const auto taken = sink_.item(object); !taken) return failed(taken.error());
    }
    switch (fsm_.page(page.resource_version, page.continue_token, now())) {
        case received_as::view_complete:
            return view_complete(page.resource_version);
        case received_as::refused:
            return refused();
        default:
            return;
    }
}

bool reflector::take_event(const kube::watch_event& event) {
    ++health_.events;
    heard();
    switch (fsm_.received(event, now())) {
        case received_as::view_complete:
            view_complete(event.resource_version);
            return true;
        case received_as::nothing:
            return true;
        case received_as::refused:
            refused();
            return false;
        case received_as::part_of_view:
        case received_as::change:
            break;
    }
    const auto taken = sink_.event(event);
    if (!taken) failed(taken.error());
    return taken.has_value();
}

void reflector::begin_view(const watch_action& action) {
    if (action.begins_view) sink_.begin_replace();
}

void reflector::view_complete(const std::string& resource_version) {
    ++health_.views;
    health_.last_complete = now();
    works();
    sink_.end_replace(resource_version);
    if (std::exchange(health_.synced, true)) return;
    log_.info("watch is in sync", {{"watch", options_.name}, {"resource_version", resource_version}});
    if (options_.on_synced) options_.on_synced();
}

void reflector::heard() {
    health_.last_heard = now();
}

void reflector::works() {
    if (!health_.failing_since) return;
    log_.info("watch works again", {{"watch", options_.name}, {"after_ms", now() - *health_.failing_since}});
    health_.failing_since.reset();
    health_.last_error.clear();
}

void reflector::failed(const kube::error& why) {
    const bool is_fault = fsm_.failed(why, now());
    if (!fsm_.inside_view()) sink_.abandon_replace();
    if (is_fault) return report(kube::public_message(why));
    log_.debug("watch ended", {{"watch", options_.name}, {"kind", kube::to_string(why.kind)}});
}

void reflector::refused() {
    sink_.abandon_replace();
    report(std::string(fsm_.refusal()));
}

void reflector::report(const std::string& why) {
    ++health_.failures;
    if (!health_.failing_since) health_.failing_since = now();
    if (health_.last_error == why) return;  // one line for one trouble, however often it is tried
    log_.warn("watch fails, it is tried again", {{"watch", options_.name}, {"error", why}});
    health_.last_error = why;
}

}  // namespace runtime
