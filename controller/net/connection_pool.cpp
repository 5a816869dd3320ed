// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "net/connection_pool.hpp"

namespace net {

using clock = std::chrono::steady_clock;

connection_pool::connection_pool(boost::asio::any_io_executor executor,
                                 endpoint server,
                                 const http_limits& limits)
    : executor_(executor),
      server_(std::move(server)),
      limits_(limits),
      resolver_(executor,
                server_.proxy ? server_.proxy->server.host : server_.host,
                server_.proxy ? server_.proxy->server.port : server_.port),
      idle_(limits.idle),
      idle_timer_(executor, [this] { close_expired(); }) {}

result<void> connection_pool::set_tls_config(const tls_config& config) {
    auto context = tls_context::make(config);
    if (!context) return context.error();
    context_ = *std::move(context);
    ++generation_;
    idle_.clear();
    return {};
}

std::optional<pooled_connection> connection_pool::take_idle() {
    while (auto idle = idle_.take()) {
        if (idle->connection->reusable()) return idle;
    }
    return std::nullopt;
}

boost::asio::awaitable<result<pooled_connection>> connection_pool::connect(time_point deadline) {
    if (closed_) co_return closed_error();
    if (!context_) co_return error{failure::tls, server_.authority() + ": no certificates are loaded"};
    pooled_connection pooled{std::make_shared<connection>(executor_, *context_, server_), generation_};
    std::erase_if(connections_, [](const auto& known) { return known.expired(); });
    connections_.push_back(pooled.connection);
    const auto opened = co_await pooled.connection->open(resolver_, limits_, deadline);
    if (!opened) co_return opened.error();
    co_return pooled;
}

void connection_pool::put_idle(pooled_connection pooled) {
    if (closed_ || pooled.generation != generation_) return;
    idle_.put(std::move(pooled), clock::now());
    close_expired();
}

void connection_pool::close_expired() {
    idle_.expire(clock::now());
    if (const auto next = idle_.next_expiry()) idle_timer_.expires_at(*next);
}

void connection_pool::close() {
    closed_ = true;
    idle_timer_.cancel();
    idle_.clear();
    for (const auto& known : connections_) {
        if (const auto open = known.lock()) open->abort();
    }
}

error connection_pool::closed_error() const {
    return {failure::cancelled, server_.authority() + ": the client is closed"};
}

}  // namespace net
