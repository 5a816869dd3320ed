// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/tcp.hpp>

namespace net {

/// Lets the kernel notice an unreachable peer within 20 s: by keep-alive probes on an idle connection, by
/// TCP_USER_TIMEOUT on one with bytes in flight. And small requests are sent at once (TCP_NODELAY).
void set_socket_options(boost::asio::ip::tcp::socket& socket);

}  // namespace net
