// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_event_watch.hpp"

#include "reconcile/pull_failures/pull_event.hpp"

#include <fmt/format.h>

namespace reconcile {

namespace asio = boost::asio;

asio::awaitable<kube::result<kube::list_page>> pull_event_source::list(kube::list_options options) {
    auto page = co_await client_.list(
        {.resource = kube::core_events, .namespace_name = {}, .field_selector = {}, .metadata_only = true},
        std::move(options));
    if (page.has_error()) note_refusal(page.error());
    co_return page;
}

asio::awaitable<kube::result<std::unique_ptr<kube::watch_stream>>> pull_event_source::watch(
    kube::watch_options options) {
    runtime::client_watch_source events(
        client_,
        {.resource = kube::core_events,
         .namespace_name = {},
         .field_selector = fmt::format("reason={},involvedObject.kind=Pod", pull_event_reason)});
    auto opened = co_await events.watch(std::move(options));
    if (opened.has_error()) {
        note_refusal(opened.error());
    } else {
        refusals_ = 0;
        on_answer_(true);
    }
    co_return opened;
}

void pull_event_source::note_refusal(const kube::error& error) {
    if (error.kind == kube::error_kind::forbidden && ++refusals_ >= refusals_needed) on_answer_(false);
}

kube::result<void> pull_event_sink::event(const kube::watch_event& event) {
    const bool is_new =
        event.type == kube::watch_event_type::added || event.type == kube::watch_event_type::modified;
    if (is_new) take_(event.object);
    return {};
}

}  // namespace reconcile
