// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/state/cluster_state.hpp"
#include "reconcile/status/tenant_event.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/object_key.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace reconcile {

/// Emits the Events of tenant_event(). An Event tells the copy's state when it is emitted, not when it was
/// added: one that has healed meanwhile has none. System namespaces have none: no admission policy of deploy/
/// allows them. `state` and `events` outlive it.
class tenant_notifier {
 public:
    tenant_notifier(boost::asio::any_io_executor executor,
                    const cluster_state& state,
                    runtime::event_recorder& events);

    /// This copy has failed for a reason that is new.
    void add(const runtime::object_key& secret);
    /// Runs until stop().
    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();

 private:
    void emit(const runtime::object_key& secret);

    const cluster_state& state_;
    runtime::event_recorder& events_;
    tenant_event_queue queue_;
    runtime::wakeup due_;
    bool stopped_ = false;
};

}  // namespace reconcile
