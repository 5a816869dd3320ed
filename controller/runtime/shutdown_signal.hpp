// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace runtime {

/// Waits for SIGTERM, which the kubelet sends, or SIGINT, and returns its number. A second one has its
/// default effect: another Ctrl-C ends the process at once.
[[nodiscard]] boost::asio::awaitable<int> wait_for_shutdown_signal();

}  // namespace runtime
