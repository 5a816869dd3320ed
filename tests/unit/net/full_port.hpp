// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>

/// A port of 127.0.0.1 that does not answer: its queue is full, so the kernel drops new connections.
class full_port {
 public:
    full_port() : listener_(::socket(AF_INET, SOCK_STREAM, 0)), first_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        socklen_t size = sizeof(address);
        REQUIRE(::bind(listener_, any, size) == 0);
        REQUIRE(::listen(listener_, 0) == 0);
        REQUIRE(::getsockname(listener_, any, &size) == 0);
        REQUIRE(::connect(first_, any, size) == 0);
        port_ = ntohs(address.sin_port);
    }
    ~full_port() {
        ::close(first_);
        ::close(listener_);
    }
    full_port(const full_port&) = delete;
    full_port& operator=(const full_port&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
    int listener_;
    int first_;
    std::uint16_t port_ = 0;
};
