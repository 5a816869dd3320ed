// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/socket_options.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace net {

void set_socket_options(boost::asio::ip::tcp::socket& socket) {
    struct option {
        int level, name, value;
    };
    static constexpr option options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},
        {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 10},
        {IPPROTO_TCP, TCP_KEEPINTVL, 3},
        {IPPROTO_TCP, TCP_KEEPCNT, 3},
        {IPPROTO_TCP, TCP_USER_TIMEOUT, 15'000},
    };
    // Requests work without an option that the kernel does not know.
    for (const auto& [level, name, value] : options) {
        ::setsockopt(socket.native_handle(), level, name, &value, sizeof(value));
    }
}

}  // namespace net
