// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/http_server.hpp"

#include "net/server_session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fmt/format.h>

#include <chrono>
#include <list>
#include <utility>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t max_sessions = 32;
constexpr std::chrono::milliseconds accept_retry_delay{100};

}  // namespace

/// Shared with the accept loop, which ends after the http_server.
struct http_server::state {
    state(asio::any_io_executor given_executor, http_server::handler given, std::chrono::milliseconds timeout)
        : executor(given_executor),
          handler(std::make_shared<const http_server::handler>(std::move(given))),
          phase_timeout(timeout),
          acceptor(executor),
          retry_timer(executor) {}

    static asio::awaitable<void> accept_loop(std::shared_ptr<state> self);
    void start_session(tcp::socket accepted);

    asio::any_io_executor executor;
    std::shared_ptr<const http_server::handler> handler;
    std::chrono::milliseconds phase_timeout;
    http_server::tls_settings tls;  // empty: plain connections
    tcp::acceptor acceptor;
    asio::steady_timer retry_timer;
    std::uint16_t port = 0;
    std::list<std::weak_ptr<server_session>> sessions;  // the oldest first
};

asio::awaitable<void> http_server::state::accept_loop(std::shared_ptr<state> self) {
    while (self->acceptor.is_open()) {
        auto [ec, accepted] = co_await self->acceptor.async_accept(as_values);
        if (ec == asio::error::operation_aborted) co_return;
        if (!ec) {
            self->start_session(std::move(accepted));
            continue;
        }
        // Without a free file descriptor, for example, accepting would fail again at once.
        self->retry_timer.expires_after(accept_retry_delay);
        const auto [cancelled] = co_await self->retry_timer.async_wait(as_values);
        if (cancelled) co_return;
    }
}

void http_server::state::start_session(tcp::socket accepted) {
    std::erase_if(sessions, [](const auto& known) { return known.expired(); });
    // A request is served within milliseconds: the oldest session is a client that sends none.
    if (sessions.size() >= max_sessions) {
        if (const auto oldest = sessions.front().lock()) oldest->close();
        sessions.pop_front();
    }
    SSL* secured = nullptr;
    if (tls) {
        const auto settings = tls();
        if (!settings) return;
        secured = settings->new_session();
    }
    auto client = std::make_shared<server_session>(std::move(accepted), secured, executor, phase_timeout);
    sessions.push_back(client);
    asio::co_spawn(executor, serve(std::move(client), handler), asio::detached);
}

http_server::http_server(asio::any_io_executor executor,
                         handler handler,
                         std::chrono::milliseconds phase_timeout)
    : state_(std::make_shared<state>(std::move(executor), std::move(handler), phase_timeout)) {}

http_server::~http_server() {
    close();
}

void http_server::use_tls(tls_settings settings) {
    state_->tls = std::move(settings);
}

result<void> http_server::listen(const std::string& address, std::uint16_t port) {
    auto& acceptor = state_->acceptor;
    error_code ec;
    tcp::endpoint local(asio::ip::make_address(address, ec), port);
    if (!ec) acceptor.open(local.protocol(), ec);
    const bool any_v6 = local.address() == asio::ip::address_v6::any();
    if (any_v6 && ec == asio::error::address_family_not_supported) {  // the kernel has no IPv6
        local.address(asio::ip::address_v4::any());
        acceptor.open(local.protocol(), ec);
    } else if (any_v6 && !ec) {
        acceptor.set_option(asio::ip::v6_only(false), ec);
    }
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec) acceptor.bind(local, ec);
    if (!ec) acceptor.listen(static_cast<int>(max_sessions), ec);
    if (ec)
        return error{failure::connect,
                     fmt::format("cannot listen on {} port {}: {}", address, port, ec.message())};
    state_->port = acceptor.local_endpoint(ec).port();
    asio::co_spawn(state_->executor, state::accept_loop(state_), asio::detached);
    return {};
}

std::uint16_t http_server::port() const noexcept {
    return state_->port;
}

void http_server::close() {
    error_code ignored;
    state_->acceptor.close(ignored);
    state_->retry_timer.cancel();
    for (const auto& known : state_->sessions) {
        if (const auto open = known.lock()) open->close();
    }
}

namespace {

asio::awaitable<server_response> ready_response(server_response response) {
    co_return response;
}

}  // namespace

http_server::handler at_once(std::function<server_response(const server_request&)> respond) {
    return [respond = std::move(respond)](const server_request& received) {
        return ready_response(respond(received));
    };
}

}  // namespace net
