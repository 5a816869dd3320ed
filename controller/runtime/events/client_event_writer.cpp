// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/client_event_writer.hpp"

#include "util/secret_bytes.hpp"

#include <utility>

namespace runtime {

namespace {

kube::result<void> without_body(const kube::result<kube::json>& response) {
    if (!response) return response.error();
    return {};
}

}  // namespace

kube::json new_event(const event_write& write, const event_reporter& reporter) {
    kube::event event;
    event.name = write.name;
    event.regarding = write.event.regarding;
    event.type = write.event.type;
    event.reason = write.event.reason;
    event.action = write.event.action;
    event.note = write.event.note;
    event.reporting_controller = reporter.controller;
    event.reporting_instance = reporter.instance;
    event.time = write.last_observed;
    kube::json body = kube::write_event(event);
    if (write.count > 1) body.update(kube::write_event_series(write.count, write.last_observed));
    return body;
}

client_event_writer::client_event_writer(kube::client& client, event_reporter reporter)
    : client_(client), reporter_(std::move(reporter)) {}

boost::asio::awaitable<kube::result<void>> client_event_writer::create(event_write write) {
    util::secret_bytes body(kube::to_text(new_event(write, reporter_)));
    const auto response =
        co_await client_.create(kube::events, kube::event_namespace(write.event.regarding), std::move(body));
    co_return without_body(response);
}

boost::asio::awaitable<kube::result<void>> client_event_writer::update_series(event_write write) {
    util::secret_bytes body(kube::to_text(kube::write_event_series(write.count, write.last_observed)));
    const auto response = co_await client_.merge_patch(
        kube::events, kube::event_namespace(write.event.regarding), write.name, std::move(body));
    co_return without_body(response);
}

}  // namespace runtime
