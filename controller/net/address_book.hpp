// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace net {

/// The addresses of one host. An IP literal needs no resolver. Of a name, the addresses that were found last
/// serve while the resolver fails or does not answer; the one that could be reached last comes first.
class address_book {
 public:
    using address = boost::asio::ip::tcp::endpoint;
    using addresses = std::vector<address>;

    address_book(boost::asio::any_io_executor executor, const std::string& host, std::uint16_t port);
    /// These, and no resolver.
    address_book(boost::asio::any_io_executor executor, addresses fixed);

    /// Sets `ec` only when nothing is known. `wait` is the caller's: to cancel it ends the call.
    [[nodiscard]] boost::asio::awaitable<addresses> look_up(std::shared_ptr<boost::asio::steady_timer> wait,
                                                            boost::system::error_code& ec);
    /// This one could be reached.
    void prefer(const address& reached);

 private:
    struct state;
    static boost::asio::awaitable<void> resolve(std::shared_ptr<state> self);

    std::shared_ptr<state> state_;  // shared with the resolver's call, which cannot be broken off
};

}  // namespace net
