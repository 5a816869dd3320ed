// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include "net/deadline_timer.hpp"
#include "net/proxy_tunnel.hpp"
#include "net/resolver_cache.hpp"
#include "net/socket_options.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

std::string_view describe(failure phase) noexcept {
    switch (phase) {
        case failure::resolve:
            return "cannot resolve the name";
        case failure::connect:
            return "cannot connect";
        case failure::tls:
            return "TLS handshake failed";
        case failure::write:
            return "cannot send the request";
        case failure::protocol:
        case failure::too_large:
            return "response not accepted";
        default:
            return "cannot read the response";
    }
}

bool is_resolver_error(const error_code& ec) {
    return ec.category() == asio::error::get_netdb_category() ||
           ec.category() == asio::error::get_addrinfo_category();
}

}  // namespace

class connection::implementation {
 public:
    implementation(asio::any_io_executor executor, tls_context given, endpoint server)
        : context(std::move(given)),
          peer(std::move(server)),
          resolve_wait(std::make_shared<asio::steady_timer>(executor)),
          socket(executor),
          timer(executor, [this] { close(); }),
          address_timer(executor, [this] { close_socket(); }) {}

    /// The socket itself until the TCP connection is made, then the one inside the stream.
    tcp::socket& lowest_layer() noexcept { return stream ? stream->next_layer() : socket; }

    void close() noexcept {
        resolve_wait->cancel();
        close_socket();
    }
    void close_socket() noexcept {
        error_code ignored;
        lowest_layer().close(ignored);
    }
    [[nodiscard]] bool stopped() const noexcept { return aborted || timer.expired(); }

    asio::awaitable<error_code> connect(resolver_cache& resolver, time_point deadline);
    asio::awaitable<result<void>> open_tunnel(const http_proxy& proxy);

    [[nodiscard]] error cancelled() const {
        return {failure::cancelled, peer.authority() + ": cancelled", false, sent};
    }
    [[nodiscard]] error failed(failure phase, std::string_view reason, bool timeout = false) const {
        if (aborted) return cancelled();
        return {phase, fmt::format("{}: {}: {}", peer.authority(), describe(phase), reason), timeout, sent};
    }
    [[nodiscard]] error failed(failure phase, const error_code& ec) const {
        if (timer.expired()) return failed(phase, "timed out", true);
        if (ec == asio::error::operation_aborted) return cancelled();
        // In TLS 1.3 the peer refuses a client certificate only after the handshake.
        if (ec.category() == asio::error::get_ssl_category()) return failed(failure::tls, ec.message());
        return failed(phase, ec.message());
    }

    tls_context context;
    endpoint peer;
    std::shared_ptr<asio::steady_timer> resolve_wait;
    tcp::socket socket;
    std::optional<asio::ssl::stream<tcp::socket>> stream;
    deadline_timer timer;          // of the phase
    deadline_timer address_timer;  // of one address among several
    receive_buffer received;
    bool aborted = false;
    bool sent = false;
    bool response_started = false;
};

/// Tries one address after the other. An address that does not answer must leave time for the others.
asio::awaitable<error_code> connection::implementation::connect(resolver_cache& resolver,
                                                                time_point deadline) {
    constexpr std::chrono::steady_clock::duration shortest_attempt = std::chrono::seconds(1);
    error_code ec;
    const auto addresses = co_await resolver.resolve(resolve_wait, ec);
    auto left = static_cast<int>(addresses.size());
    for (const auto& address : addresses) {
        if (stopped()) break;
        const auto now = std::chrono::steady_clock::now();
        if (left > 1) address_timer.expires_at(now + std::max((deadline - now) / left, shortest_attempt));
        --left;
        const auto [failed] = co_await socket.async_connect(address, as_values);
        address_timer.stop();
        ec = failed;
        if (!ec) {
            resolver.prefer(address);
            break;
        }
        close_socket();
    }
    co_return ec;
}

asio::awaitable<result<void>> connection::implementation::open_tunnel(const http_proxy& proxy) {
    const auto said = [&proxy](const error& failure) {
        return error{failure.phase,
                     fmt::format("proxy {}: {}", proxy.server.authority(), failure.what),
                     failure.timeout};
    };
    const auto request = connect_request(proxy, peer);
    const auto [unsent, sent_bytes] =
        co_await asio::async_write(socket, asio::buffer(request.reveal()), as_values);
    if (unsent) co_return said(failed(failure::connect, unsent));
    std::string response;
    for (;;) {
        char piece[512];
        const auto [ec, bytes] = co_await socket.async_read_some(asio::buffer(piece), as_values);
        if (ec) co_return said(failed(failure::connect, ec));
        response.append(piece, bytes);
        if (const auto answer = read_connect_response(response)) {
            if (answer->has_error()) co_return said(answer->error());
            co_return result<void>();
        }
    }
}

connection::connection(asio::any_io_executor executor, tls_context context, endpoint peer)
    : impl_(std::make_unique<implementation>(std::move(executor), std::move(context), std::move(peer))) {}

connection::~connection() = default;

asio::awaitable<result<void>> connection::open(resolver_cache& resolver,
                                               const http_limits& limits,
                                               time_point deadline) {
    auto& self = *impl_;
    if (self.aborted) co_return self.cancelled();
    const auto connect_deadline = std::min(deadline, std::chrono::steady_clock::now() + limits.connect);
    self.timer.expires_at(connect_deadline);
    const auto not_connected = co_await self.connect(resolver, connect_deadline);
    if (not_connected || self.stopped())
        co_return self.failed(is_resolver_error(not_connected) ? failure::resolve : failure::connect,
                              not_connected ? not_connected : asio::error::operation_aborted);
    set_socket_options(self.socket);
    if (self.peer.proxy) {
        if (auto tunnel = co_await self.open_tunnel(*self.peer.proxy); !tunnel) co_return tunnel.error();
    }

    auto* const session = self.context.new_session(self.peer.host);
    if (session == nullptr)
        co_return self.failed(failure::tls, "the server has no name that a certificate can be checked for");
    self.stream.emplace(std::move(self.socket), session);
    self.timer.expires_at(std::min(deadline, std::chrono::steady_clock::now() + limits.handshake));
    const auto [ec] = co_await self.stream->async_handshake(asio::ssl::stream_base::client, as_values);
    if (ec) {
        const auto reason = certificate_error(self.stream->native_handle());
        if (!reason.empty())
            co_return self.failed(failure::tls, "the server's certificate is refused: " + reason);
        co_return self.failed(failure::tls, ec);
    }
    self.timer.stop();
    co_return result<void>();
}

asio::awaitable<result<void>> connection::write(std::string_view request, time_point deadline) {
    auto& self = *impl_;
    self.sent = self.response_started = false;
    self.timer.expires_at(deadline);
    const auto [ec, bytes] = co_await asio::async_write(*self.stream, asio::buffer(request), as_values);
    self.timer.stop();
    // The first TLS record counts as sent when the kernel has taken all of it: the peer cannot decrypt a
    // part.
    self.sent = bytes > 0;
    if (ec) co_return self.failed(failure::write, ec);
    co_return result<void>();
}

asio::awaitable<result<void>> connection::read_some(response_parser& parser, time_point deadline) {
    auto& self = *impl_;
    const auto space = self.received.prepare();
    self.timer.expires_at(deadline);
    const auto [ec, bytes] =
        co_await self.stream->async_read_some(asio::buffer(space.data(), space.size()), as_values);
    self.timer.stop();
    if (ec == asio::error::eof) {
        if (!parser.finish()) co_return self.failed(failure::read, "the peer closed the connection");
        co_return result<void>();
    }
    if (ec) co_return self.failed(failure::read, ec);
    self.response_started = true;
    self.received.commit(bytes);
    const auto used = parser.feed(self.received.pending());
    if (!used) co_return self.failed(used.error().phase, used.error().what);
    self.received.consume(*used);
    co_return result<void>();
}

bool connection::response_started() const noexcept {
    return impl_->response_started;
}

bool connection::reusable() const noexcept {
    auto& self = *impl_;
    if (!self.stream || !self.lowest_layer().is_open() || !self.received.pending().empty()) return false;
    char byte = 0;
    const auto peeked = ::recv(self.lowest_layer().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return peeked < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void connection::abort() noexcept {
    impl_->aborted = true;
    impl_->close();
}

}  // namespace net
