// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/client_event_writer.hpp"

#include "util/secret_bytes.hpp"

#include <utility>

namespace runtime {

namespace {

kube::result<void> without_answer(const kube::result<kube::json>& answer) {
    if (!answer) return answer.error();
    return {};
}

}  // namespace

kube::json new_event(const event_write& what, const std::string& reporting_instance) {
    kube::event event;
    event.name = what.name;
    event.regarding = what.what.regarding;
    event.type = what.what.type;
    event.reason = what.what.reason;
    event.action = what.what.action;
    event.note = what.what.note;
    event.reporting_controller = reporting_controller;
    event.reporting_instance = reporting_instance;
    event.time = what.when;
    kube::json body = kube::write_event(event);
    if (what.count > 1) body.update(kube::write_event_series(what.count, what.when));
    return body;
}

client_event_writer::client_event_writer(kube::client& client, std::string instance)
    : client_(client), instance_(std::move(instance)) {}

boost::asio::awaitable<kube::result<void>> client_event_writer::create(event_write what) {
    util::secret_bytes body(kube::to_text(new_event(what, instance_)));
    const auto answer =
        co_await client_.create(kube::events, kube::event_namespace(what.what.regarding), std::move(body));
    co_return without_answer(answer);
}

boost::asio::awaitable<kube::result<void>> client_event_writer::count_up(event_write what) {
    util::secret_bytes body(kube::to_text(kube::write_event_series(what.count, what.when)));
    const auto answer = co_await client_.merge_patch(
        kube::events, kube::event_namespace(what.what.regarding), what.name, std::move(body));
    co_return without_answer(answer);
}

}  // namespace runtime
