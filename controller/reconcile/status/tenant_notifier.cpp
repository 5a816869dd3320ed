// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/tenant_notifier.hpp"

#include "reconcile/state/selection.hpp"

#include <chrono>
#include <utility>

namespace reconcile {

tenant_notifier::tenant_notifier(boost::asio::any_io_executor executor,
                                 const cluster_state& state,
                                 runtime::event_recorder& events)
    : state_(state), events_(events), due_(std::move(executor)) {}

void tenant_notifier::add(const runtime::object_key& secret) {
    queue_.add(secret);
    due_.notify_all();
}

boost::asio::awaitable<void> tenant_notifier::run() {
    while (!stopped_) {
        if (const auto secret = queue_.take(std::chrono::steady_clock::now())) {
            emit(*secret);
        } else {
            co_await due_.wait_until(queue_.due());
        }
    }
}

void tenant_notifier::emit(const runtime::object_key& secret) {
    const auto* known = state_.results().find(secret);
    if (known == nullptr || known->last_failure == nullptr) return;
    if (is_system_namespace(secret.namespace_name, state_.scope().own_namespace)) return;
    const auto present = state_.find_copy(secret);
    auto event =
        tenant_event(secret, *known->last_failure, present == nullptr ? std::string{} : present->meta.uid);
    if (event) events_.record(std::move(*event));
}

void tenant_notifier::stop() {
    stopped_ = true;
    due_.notify_all();
}

}  // namespace reconcile
