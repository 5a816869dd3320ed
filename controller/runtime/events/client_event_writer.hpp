// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/json.hpp"
#include "runtime/events/event_recorder.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace runtime {

/// Who reports an Event.
struct event_reporter {
    std::string controller;  // a qualified name: example.com/controller
    std::string instance;    // this process: the Pod, or the host
};

/// The body of the POST that creates an Event, with a series if it happened more than once before that.
[[nodiscard]] kube::json new_event(const event_write& write, const event_reporter& reporter);

/// Writes Events to an API server. `client` must outlive it.
class client_event_writer final : public event_writer {
 public:
    client_event_writer(kube::client& client, event_reporter reporter);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> create(event_write write) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> update_series(event_write write) override;

 private:
    kube::client& client_;
    event_reporter reporter_;
};

}  // namespace runtime
