// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/deadline_timer.hpp"
#include "net/http_server.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_static_buffer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

// For http_server.cpp.
namespace net {

/// One connection, for one request: a probe every ten seconds does not need keep-alive.
struct server_session {
    /// `tls`: owned from now on; null: a plain connection.
    server_session(boost::asio::ip::tcp::socket accepted,
                   ssl_st* tls,
                   const boost::asio::any_io_executor& executor,
                   std::chrono::milliseconds timeout)
        : phase_timeout(timeout), socket(std::move(accepted)), timer(executor, [this] { close(); }) {
        if (tls != nullptr) secured.emplace(socket, tls);
    }

    void begin_phase() { timer.expires_at(std::chrono::steady_clock::now() + phase_timeout); }
    void close() noexcept {
        boost::system::error_code ignored;
        socket.close(ignored);
    }

    std::chrono::milliseconds phase_timeout;
    boost::asio::ip::tcp::socket socket;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> secured;
    deadline_timer timer;
    boost::beast::flat_static_buffer<8U * 1024> received;
};

/// Reads the request, answers it and ends the connection.
[[nodiscard]] boost::asio::awaitable<void> serve(std::shared_ptr<server_session> client,
                                                 std::shared_ptr<const http_server::handler> handler);

}  // namespace net
