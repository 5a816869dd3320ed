// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>

namespace runtime {

/// Until the process is asked to end (SIGTERM, as the kubelet does, or SIGINT): the number of the signal.
/// From then on a further one has its default effect again: an impatient second Ctrl-C ends the process at
/// once.
[[nodiscard]] boost::asio::awaitable<int> wait_for_shutdown_signal();

}  // namespace runtime
