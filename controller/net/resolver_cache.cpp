// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/resolver_cache.hpp"

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
/// getaddrinfo needs ten seconds to notice that no DNS server answers: the cached addresses are used before
/// that.
constexpr std::chrono::seconds lookup_timeout{2};

/// getaddrinfo, on a thread of Asio's.
class system_lookup {
 public:
    system_lookup(const asio::any_io_executor& executor, std::string host, std::uint16_t port)
        : resolver_(std::make_shared<tcp::resolver>(executor)),
          host_(std::move(host)),
          port_(std::to_string(port)) {}

    asio::awaitable<resolver_cache::addresses> operator()(error_code& ec) const {
        auto [failed, found] =
            co_await resolver_->async_resolve(host_, port_, tcp::resolver::numeric_service, as_values);
        ec = failed;
        co_return resolver_cache::addresses(found.begin(), found.end());
    }

 private:
    std::shared_ptr<tcp::resolver> resolver_;  // a std::function must be copyable
    std::string host_;
    std::string port_;
};

}  // namespace

struct resolver_cache::state {
    state(asio::any_io_executor given_executor, lookup_function given_lookup)
        : executor(std::move(given_executor)), lookup(std::move(given_lookup)) {}

    void put_preferred_first() {
        if (!preferred) return;
        const auto found = std::ranges::find(cached, *preferred);
        if (found != cached.end()) std::rotate(cached.begin(), found, found + 1);
    }

    asio::any_io_executor executor;
    lookup_function lookup;  // none: an IP literal
    addresses cached;
    std::optional<address> preferred;
    error_code last_error;
    bool looking_up = false;
    std::vector<std::weak_ptr<asio::steady_timer>> waiting;
};

resolver_cache::resolver_cache(asio::any_io_executor executor, const std::string& host, std::uint16_t port)
    : state_(std::make_shared<state>(executor, nullptr)) {
    error_code not_an_address;
    const auto literal = asio::ip::make_address(host, not_an_address);
    if (not_an_address) {
        state_->lookup = system_lookup(executor, host, port);
    } else {
        state_->cached.emplace_back(literal, port);
    }
}

resolver_cache::resolver_cache(asio::any_io_executor executor, lookup_function lookup)
    : state_(std::make_shared<state>(std::move(executor), std::move(lookup))) {}

asio::awaitable<resolver_cache::addresses> resolver_cache::resolve(std::shared_ptr<asio::steady_timer> wait,
                                                                   error_code& ec) {
    ec = {};
    const auto self = state_;
    if (!self->lookup) co_return self->cached;
    if (!std::exchange(self->looking_up, true)) asio::co_spawn(self->executor, refresh(self), asio::detached);
    self->waiting.push_back(wait);
    wait->expires_at(self->cached.empty() ? std::chrono::steady_clock::time_point::max()
                                          : std::chrono::steady_clock::now() + lookup_timeout);
    static_cast<void>(co_await wait->async_wait(as_values));
    if (self->cached.empty())
        ec = self->looking_up ? error_code(asio::error::host_not_found_try_again) : self->last_error;
    co_return self->cached;
}

asio::awaitable<void> resolver_cache::refresh(std::shared_ptr<state> self) {
    error_code ec;
    auto found = co_await self->lookup(ec);
    self->last_error = ec;
    self->looking_up = false;
    if (!ec) {
        self->cached = std::move(found);
        self->put_preferred_first();
    }
    for (const auto& each : std::exchange(self->waiting, {})) {
        if (const auto timer = each.lock()) timer->cancel();
    }
}

void resolver_cache::prefer(const address& reached) {
    state_->preferred = reached;
    state_->put_preferred_first();
}

}  // namespace net
