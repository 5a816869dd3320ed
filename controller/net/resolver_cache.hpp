// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace net {

/// The addresses of one host. An IP literal needs no resolver. While the resolver fails or does not answer, a
/// name keeps the addresses that were found last. The address that was reached last comes first.
class resolver_cache {
 public:
    using address = boost::asio::ip::tcp::endpoint;
    using addresses = std::vector<address>;
    /// Looks the name up, and suspends at least once. The addresses count only if `ec` is clear.
    using lookup_function = std::function<boost::asio::awaitable<addresses>(boost::system::error_code& ec)>;

    /// Looks names up as the system does.
    resolver_cache(boost::asio::any_io_executor executor, const std::string& host, std::uint16_t port);
    resolver_cache(boost::asio::any_io_executor executor, lookup_function lookup);

    /// Sets `ec` only when no address is known. Calls that run side by side share one lookup. Cancelling
    /// `wait` ends the call.
    [[nodiscard]] boost::asio::awaitable<addresses> resolve(std::shared_ptr<boost::asio::steady_timer> wait,
                                                            boost::system::error_code& ec);
    /// This address was reached.
    void prefer(const address& reached);

 private:
    struct state;
    static boost::asio::awaitable<void> refresh(std::shared_ptr<state> self);

    std::shared_ptr<state> state_;  // shared with the lookup, which cannot be cancelled
};

}  // namespace net
