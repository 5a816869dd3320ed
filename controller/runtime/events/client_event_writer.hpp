// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "kube/json.hpp"
#include "runtime/events/event_recorder.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>
#include <string_view>

namespace runtime {

inline constexpr std::string_view reporting_controller = "regcred.dev/controller";

/// The body of the POST that makes an Event: with a series if more than one was counted before it could be
/// made.
[[nodiscard]] kube::json new_event(const event_write& what, const std::string& reporting_instance);

/// Writes Events to an API server; `client` must outlive it. `instance` names this process: the Pod, or the
/// host.
class client_event_writer final : public event_writer {
 public:
    client_event_writer(kube::client& client, std::string instance);
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> create(event_write what) override;
    [[nodiscard]] boost::asio::awaitable<kube::result<void>> count_up(event_write what) override;

 private:
    kube::client& client_;
    std::string instance_;
};

}  // namespace runtime
