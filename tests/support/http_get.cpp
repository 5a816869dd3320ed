// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/http_get.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <sys/time.h>

#include <charconv>
#include <string_view>

namespace harness {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

std::string round_trip(std::uint16_t port, const std::string& request) {
    asio::io_context context;
    tcp::socket socket(context);
    boost::system::error_code error;
    socket.connect({asio::ip::address_v4::loopback(), port}, error);
    if (error) return {};
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    asio::write(socket, asio::buffer(request), error);
    std::string answer;
    if (!error) asio::read(socket, asio::dynamic_buffer(answer), error);  // to the end: Connection: close
    return answer;
}

}  // namespace

std::optional<plain_answer> http_get(std::uint16_t port, const std::string& path) {
    const auto answer = round_trip(
        port, fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", path));
    constexpr std::string_view version = "HTTP/1.1 ";
    const auto body = answer.find("\r\n\r\n");
    if (!answer.starts_with(version) || body == std::string::npos) return {};
    plain_answer result;
    std::from_chars(answer.data() + version.size(), answer.data() + version.size() + 3, result.status);
    result.body = answer.substr(body + 4);
    return result;
}

}  // namespace harness
