// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include "net/address_book.hpp"
#include "net/receive_buffer.hpp"
#include "net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <fmt/format.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
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

/// A dead path is noticed within 20 s, by an idle connection (keep-alive probes) as by one with bytes in
/// flight.
void watch_the_path(tcp::socket& socket) {
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
    // A kernel that refuses one of these still carries the requests.
    for (const auto& [level, name, value] : options) {
        ::setsockopt(socket.native_handle(), level, name, &value, sizeof(value));
    }
}

std::string_view attempt(failure phase) noexcept {
    switch (phase) {
        case failure::resolve:
            return "the name could not be resolved";
        case failure::connect:
            return "no connection";
        case failure::tls:
            return "no TLS handshake";
        case failure::write:
            return "the request could not be sent";
        case failure::protocol:
        case failure::too_large:
            return "not accepted";
        default:
            return "no whole answer";
    }
}

bool is_of_resolver(const error_code& ec) {
    return ec.category() == asio::error::get_netdb_category() ||
           ec.category() == asio::error::get_addrinfo_category();
}

}  // namespace

class connection::implementation {
 public:
    implementation(asio::any_io_executor executor, tls_context given, endpoint server)
        : context(std::move(given)),
          peer(std::move(server)),
          lookup(std::make_shared<asio::steady_timer>(executor)),
          socket(executor),
          guard(executor, [this] { close(); }),
          turn(executor, [this] { close_socket(); }) {}

    /// The socket until the TCP connection stands, then the stream's.
    tcp::socket& lowest() noexcept { return stream ? stream->next_layer() : socket; }

    void close() noexcept {
        lookup->cancel();
        close_socket();
    }
    void close_socket() noexcept {
        error_code ignored;
        lowest().close(ignored);
    }
    [[nodiscard]] bool given_up() const noexcept { return aborted || guard.barked(); }

    asio::awaitable<error_code> connect(address_book& addresses, time_point until);

    [[nodiscard]] error failed(failure phase, std::string_view why) const {
        if (aborted) return {failure::cancelled, peer.authority() + ": given up", false, sent};
        return {phase, fmt::format("{}: {}: {}", peer.authority(), attempt(phase), why), false, sent};
    }
    [[nodiscard]] error failed(failure phase, const error_code& ec) const {
        if (!aborted && guard.barked()) {
            return {phase, fmt::format("{}: {} in time", peer.authority(), attempt(phase)), true, sent};
        }
        if (ec == asio::error::operation_aborted) {
            return {failure::cancelled, peer.authority() + ": given up", false, sent};
        }
        // In TLS 1.3 the peer refuses a client certificate only after the handshake.
        if (ec.category() == asio::error::get_ssl_category()) return failed(failure::tls, ec.message());
        return failed(phase, ec.message());
    }

    tls_context context;
    endpoint peer;
    std::shared_ptr<asio::steady_timer> lookup;
    tcp::socket socket;
    std::optional<asio::ssl::stream<tcp::socket>> stream;
    watchdog guard;
    watchdog turn;  // of one address among several
    receive_buffer received;
    bool aborted = false;
    bool sent = false;
    bool heard = false;
};

/// Tries one address after the other. One that does not answer must not use up the time of the others.
asio::awaitable<error_code> connection::implementation::connect(address_book& addresses, time_point until) {
    constexpr std::chrono::steady_clock::duration shortest = std::chrono::seconds(1);
    error_code ec;
    const auto found = co_await addresses.look_up(lookup, ec);
    auto left = static_cast<int>(found.size());
    for (const auto& address : found) {
        if (given_up()) break;
        const auto now = std::chrono::steady_clock::now();
        if (left > 1) turn.expect_by(now + std::max((until - now) / left, shortest));
        --left;
        const auto [refused] = co_await socket.async_connect(address, as_values);
        turn.stop();
        ec = refused;
        if (!ec) {
            addresses.prefer(address);
            break;
        }
        close_socket();
    }
    co_return ec;
}

connection::connection(asio::any_io_executor executor, tls_context context, endpoint peer)
    : impl_(std::make_unique<implementation>(std::move(executor), std::move(context), std::move(peer))) {}

connection::~connection() = default;

asio::awaitable<result<void>> connection::open(address_book& addresses,
                                               const http_limits& limits,
                                               time_point until) {
    auto& self = *impl_;
    if (self.aborted) co_return self.failed(failure::cancelled, "");
    const auto connected_by = std::min(until, std::chrono::steady_clock::now() + limits.connect);
    self.guard.expect_by(connected_by);
    const auto refused = co_await self.connect(addresses, connected_by);
    if (refused || self.given_up())
        co_return self.failed(is_of_resolver(refused) ? failure::resolve : failure::connect,
                              refused ? refused : asio::error::operation_aborted);
    watch_the_path(self.socket);

    auto* const session = self.context.new_session(self.peer.host);
    if (session == nullptr)
        co_return self.failed(failure::tls, "the server has no name that could be verified");
    self.stream.emplace(std::move(self.socket), session);
    self.guard.expect_by(std::min(until, std::chrono::steady_clock::now() + limits.handshake));
    const auto [broken] = co_await self.stream->async_handshake(asio::ssl::stream_base::client, as_values);
    if (broken) {
        const auto verdict = refused_certificate(self.stream->native_handle());
        if (!verdict.empty())
            co_return self.failed(failure::tls, "the server's certificate is refused: " + verdict);
        co_return self.failed(failure::tls, broken);
    }
    self.guard.stop();
    co_return result<void>();
}

asio::awaitable<result<void>> connection::write(std::string_view request, time_point until) {
    auto& self = *impl_;
    self.sent = self.heard = false;
    self.guard.expect_by(until);
    const auto [ec, bytes] = co_await asio::async_write(*self.stream, asio::buffer(request), as_values);
    self.guard.stop();
    // The first TLS record counts as soon as the kernel has taken all of it. Of a part of it the peer can
    // decrypt nothing.
    self.sent = bytes > 0;
    if (ec) co_return self.failed(failure::write, ec);
    co_return result<void>();
}

asio::awaitable<result<void>> connection::read_some(answer_parser& answer, time_point until) {
    auto& self = *impl_;
    const auto room = self.received.prepare();
    self.guard.expect_by(until);
    const auto [ec, bytes] =
        co_await self.stream->async_read_some(asio::buffer(room.data(), room.size()), as_values);
    self.guard.stop();
    if (ec == asio::error::eof) {
        const auto ended = answer.finish();
        if (!ended) co_return self.failed(failure::read, "the connection was closed");
        co_return result<void>();
    }
    if (ec) co_return self.failed(failure::read, ec);
    self.heard = true;
    self.received.commit(bytes);
    const auto used = answer.feed(self.received.pending());
    if (!used) {
        const auto why = used.error();
        co_return self.failed(why.phase, why.what);
    }
    self.received.consume(*used);
    co_return result<void>();
}

bool connection::heard() const noexcept {
    return impl_->heard;
}

bool connection::quiet() const noexcept {
    if (!impl_->stream || !impl_->lowest().is_open() || !impl_->received.pending().empty()) return false;
    char byte = 0;
    const auto got = ::recv(impl_->lowest().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void connection::abort() noexcept {
    impl_->aborted = true;
    impl_->close();
}

}  // namespace net
