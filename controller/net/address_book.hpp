// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace net {

/// The addresses of one host. An IP literal needs no resolver; of a name the addresses that were found last
/// are kept for the time when the resolver fails.
class address_book {
 public:
    using addresses = std::vector<boost::asio::ip::tcp::endpoint>;

    address_book(std::string host, std::uint16_t port);

    /// Sets `ec` only when nothing is known. Ends early when `resolver` is cancelled.
    [[nodiscard]] boost::asio::awaitable<addresses> look_up(boost::asio::ip::tcp::resolver& resolver,
                                                            boost::system::error_code& ec);

 private:
    std::string host_;
    std::uint16_t port_;
    addresses known_;
    bool literal_ = false;
};

}  // namespace net
