// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/address_book.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace net {

namespace asio = boost::asio;
using asio::ip::tcp;

address_book::address_book(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {
    boost::system::error_code not_an_address;
    const auto address = asio::ip::make_address(host_, not_an_address);
    if (not_an_address) return;
    literal_ = true;
    known_.emplace_back(address, port_);
}

asio::awaitable<address_book::addresses> address_book::look_up(tcp::resolver& resolver,
                                                               boost::system::error_code& ec) {
    ec = {};
    if (literal_) co_return known_;
    const auto found = co_await resolver.async_resolve(host_,
                                                       std::to_string(port_),
                                                       tcp::resolver::numeric_service,
                                                       asio::redirect_error(asio::use_awaitable, ec));
    if (!ec) known_.assign(found.begin(), found.end());
    if (ec == asio::error::operation_aborted) co_return addresses();
    if (!known_.empty()) ec = {};
    co_return known_;
}

}  // namespace net
