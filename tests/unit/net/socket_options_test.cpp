// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/socket_options.hpp"

#include "unit/net/client_fixture.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cstdint>

using harness::scripted_server;

namespace {

/// An option of this process's socket that is connected to the port.
int option_of(std::uint16_t port, int level, int name) {
    for (int fd = 0; fd < 1024; ++fd) {
        sockaddr_in peer{};
        socklen_t size = sizeof(peer);
        if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0 || ntohs(peer.sin_port) != port)
            continue;
        int value = -1;
        size = sizeof(value);
        REQUIRE(::getsockopt(fd, level, name, &value, &size) == 0);
        return value;
    }
    return -1;
}

}  // namespace

TEST_CASE("the sockets of a client let the kernel notice an unreachable peer") {
    const scripted_server server(test_ca().issue_for_loopback(), respond_ok);
    client_fixture fixture(server.port());
    REQUIRE(fixture.get());
    const auto option = [&server](int level, int name) { return option_of(server.port(), level, name); };
    CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 10);
    CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 3);
    CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 3);
    CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 15'000);
    CHECK(option(IPPROTO_TCP, TCP_NODELAY) != 0);
}
