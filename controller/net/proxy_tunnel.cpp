// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/proxy_tunnel.hpp"

#include "util/ascii.hpp"
#include "util/base64.hpp"

#include <fmt/format.h>

namespace net {

namespace {

constexpr unsigned authentication_required = 407;

/// Of "HTTP/1.1 200 Connection established"; nothing for anything else.
std::optional<unsigned> status_of(std::string_view head) {
    constexpr std::size_t status_at = 9;  // behind "HTTP/1.1 "
    if (!head.starts_with("HTTP/1.") || head.size() < status_at + 3 || head[status_at - 1] != ' ')
        return std::nullopt;
    return util::read_decimal<unsigned>(head.substr(status_at, 3));
}

}  // namespace

util::secret_bytes connect_request(const http_proxy& proxy, const endpoint& target) {
    const auto authority = target.authority();
    auto head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", authority);
    const auto& login = proxy.credentials.reveal();
    if (!login.empty()) {
        constexpr std::string_view field = "Proxy-Authorization: Basic ";
        util::reserve_wiping(head, head.size() + field.size() + util::base64_length(login.size()) + 4);
        head += field;
        util::append_base64(head, login);
        head += "\r\n";
    }
    head += "\r\n";
    return util::secret_bytes(std::move(head));
}

std::optional<result<void>> read_connect_response(std::string_view received) {
    const auto end = received.find("\r\n\r\n");
    if (end == std::string_view::npos) {
        if (received.size() < longest_connect_response) return std::nullopt;
        return error{failure::protocol, "the response is too long"};
    }
    const auto status = status_of(received);
    if (!status) return error{failure::protocol, "the response is not HTTP/1.1"};
    if (*status == authentication_required)
        return error{failure::connect, "it requires a user and a password, as in http://USER:PASSWORD@PROXY"};
    if (*status < 200 || *status > 299)
        return error{failure::connect, fmt::format("it refused the connection with status {}", *status)};
    // The API server says nothing before the TLS handshake.
    if (end + 4 != received.size()) return error{failure::protocol, "there are bytes after the response"};
    return result<void>();
}

}  // namespace net
