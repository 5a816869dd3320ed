// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/address_book.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// getaddrinfo takes ten seconds to find out that no server answers: what is known must do before that.
constexpr std::chrono::seconds patience{2};

}  // namespace

struct address_book::state {
    explicit state(const asio::any_io_executor& executor) : resolver(executor) {}

    void put_preferred_first() {
        if (!preferred) return;
        const auto found = std::ranges::find(known, *preferred);
        if (found != known.end()) std::rotate(known.begin(), found, found + 1);
    }

    std::string host;  // empty: nothing to resolve
    std::string port;
    tcp::resolver resolver;
    addresses known;
    std::optional<address> preferred;
    error_code failure;  // of the last call of the resolver
    bool resolving = false;
    std::vector<std::weak_ptr<asio::steady_timer>> waiting;
};

address_book::address_book(asio::any_io_executor executor, const std::string& host, std::uint16_t port)
    : state_(std::make_shared<state>(executor)) {
    error_code not_an_address;
    const auto literal = asio::ip::make_address(host, not_an_address);
    if (not_an_address) {
        state_->host = host;
        state_->port = std::to_string(port);
    } else {
        state_->known.emplace_back(literal, port);
    }
}

address_book::address_book(asio::any_io_executor executor, addresses fixed)
    : state_(std::make_shared<state>(executor)) {
    state_->known = std::move(fixed);
}

asio::awaitable<address_book::addresses> address_book::look_up(std::shared_ptr<asio::steady_timer> wait,
                                                               error_code& ec) {
    ec = {};
    const auto self = state_;
    if (self->host.empty()) co_return self->known;
    if (!std::exchange(self->resolving, true))
        asio::co_spawn(wait->get_executor(), resolve(self), asio::detached);
    self->waiting.push_back(wait);
    wait->expires_at(self->known.empty() ? std::chrono::steady_clock::time_point::max()
                                         : std::chrono::steady_clock::now() + patience);
    static_cast<void>(co_await wait->async_wait(as_values));
    if (self->known.empty())
        ec = self->resolving ? error_code(asio::error::host_not_found_try_again) : self->failure;
    co_return self->known;
}

asio::awaitable<void> address_book::resolve(std::shared_ptr<state> self) {
    const auto [ec, found] = co_await self->resolver.async_resolve(
        self->host, self->port, tcp::resolver::numeric_service, as_values);
    self->failure = ec;
    self->resolving = false;
    if (!ec) {
        self->known.assign(found.begin(), found.end());
        self->put_preferred_first();
    }
    for (const auto& each : std::exchange(self->waiting, {})) {
        if (const auto timer = each.lock()) timer->cancel();
    }
}

void address_book::prefer(const address& reached) {
    state_->preferred = reached;
    state_->put_preferred_first();
}

}  // namespace net
