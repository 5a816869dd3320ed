// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/reflector.hpp"

#include <chrono>
#include <utility>

/// The complete list that is read from time to time beside the running watch.
namespace runtime {

namespace {

constexpr std::chrono::seconds stream_timeout{300};  // kept by the server, if the list does not end before

time_point now() {
    return std::chrono::steady_clock::now();
}

}  // namespace

boost::asio::awaitable<void> reflector::audit() {
    for (;;) {
        const audit_action action = audit_.next(now(), fsm_.is_watching());
        switch (action.next) {
            case audit_action::step::stop:
                co_return;
            case audit_action::step::wait:
                co_await audit_wakeup_.wait_until(action.until);
                break;
            case audit_action::step::list_page:
                co_await audit_page(action);
                break;
            case audit_action::step::stream_list:
                co_await audit_stream(action);
                break;
        }
    }
}

boost::asio::awaitable<void> reflector::audit_page(audit_action action) {
    if (action.begins_list) sink_.begin_replace();
    kube::list_options options;
    options.continue_token = action.continue_token;
    options.limit = action.limit;
    const auto page = co_await source_.list(std::move(options));
    if (!audit_.is_running()) co_return;
    if (!page) {
        audit_failed(page.error(), false);
        co_return;
    }
    for (const kube::json& object : page->items) {
        if (const auto taken = sink_.item(object); !taken) {
            audit_failed(taken.error(), false);
            co_return;
        }
    }
    end_audit(audit_.page(page->resource_version, page->continue_token, now()), page->resource_version);
}

boost::asio::awaitable<void> reflector::audit_stream(audit_action action) {
    if (action.begins_list) sink_.begin_replace();
    kube::watch_options options;
    options.send_initial_events = true;
    options.timeout = stream_timeout;
    const auto opened = co_await source_.watch(std::move(options));
    if (!audit_.is_running()) co_return;
    if (!opened) {
        audit_failed(opened.error(), false);
        co_return;
    }
    fsm_.use_streams();
    for (;;) {
        const auto event = co_await (*opened)->next();
        if (!audit_.is_running()) co_return;
        if (!event) {
            audit_failed(event.error(), true);
            co_return;
        }
        if (!audit_event(*event)) co_return;
    }
}

bool reflector::audit_event(const kube::watch_event& event) {
    if (event.initial_events_end) {
        end_audit(audit_.ended(event.resource_version, now()), event.resource_version);
        return false;
    }
    if (event.type == kube::watch_event_type::bookmark) return true;
    const auto taken = sink_.list_event(event);
    if (!taken) audit_failed(taken.error(), true);
    return taken.has_value();
}

void reflector::end_audit(received_as result, const std::string& resource_version) {
    if (result == received_as::list_complete) return sink_.end_replace(resource_version);
    if (result != received_as::refused) return;
    sink_.abandon_replace();
    log_.warn("periodic list not used; the watch goes on",
              {{"watch", options_.name}, {"error", guard_.refusal()}});
    check_rewind();
}

void reflector::audit_failed(const kube::error& error, bool was_open) {
    const bool is_fault = audit_.failed(error, was_open, now());
    if (!audit_.is_running()) sink_.abandon_replace();
    if (is_fault) {
        log_.warn("periodic list failed; the watch goes on",
                  {{"watch", options_.name}, {"error", kube::public_message(error)}});
    }
}

void reflector::check_rewind() {
    if (guard_.went_back() && options_.on_rewind) options_.on_rewind();
}

}  // namespace runtime
